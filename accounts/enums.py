"""Roles, permissions and API scopes, as they are stored and spelled everywhere."""

from django.db.models import TextChoices


class Role(TextChoices):
    """What a person may do in one account; see permissions.py for the table. From most to least."""

    OWNER = "owner", "Owner"
    ADMIN = "admin", "Admin"
    FINANCE = "finance", "Finance"
    SUPPORT = "support", "Support"
    DEVELOPER = "developer", "Developer"
    VIEWER = "viewer", "Viewer"


class Permission(TextChoices):
    """One thing that a role or an API key may do. An API key's scopes are these values."""

    VIEW_DASHBOARD = "dashboard:read", "See the dashboard"
    VIEW_MESSAGES = "messages:read", "See the message log"
    VIEW_NUMBERS = "msisdn:read", "See whole phone numbers"
    VIEW_CONTENT = "content:read", "See message texts"
    SEND_MESSAGES = "messages:send", "Send messages"
    VIEW_COSTS = "costs:read", "See costs"
    MANAGE_PRICES = "prices:write", "Set own prices and rate cards"
    MANAGE_KEYS = "keys:write", "Manage API keys"
    MANAGE_TEAM = "team:write", "Manage the team"
    MANAGE_WEBHOOKS = "webhooks:write", "Manage webhook endpoints"
    MANAGE_SUBACCOUNTS = "subaccounts:write", "Manage subaccounts and their numbers"
    VIEW_AUDIT = "audit:read", "See the audit log"
