"""The enumerations of roles and of permissions, which are also the API scopes."""

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class Role(TextChoices):
    """A person's role in one account, from most to fewest permissions; permissions.py has the table."""

    OWNER = "owner", _("Owner")
    ADMIN = "admin", _("Admin")
    FINANCE = "finance", _("Finance")
    SUPPORT = "support", _("Support")
    DEVELOPER = "developer", _("Developer")
    VIEWER = "viewer", _("Viewer")


class Permission(TextChoices):
    """One thing that a role or an API key may do. An API key's scopes are these values."""

    VIEW_DASHBOARD = "dashboard:read", _("See the dashboard")
    VIEW_MESSAGES = "messages:read", _("See the message log")
    VIEW_NUMBERS = "msisdn:read", _("See full phone numbers")
    VIEW_CONTENT = "content:read", _("See message texts")
    SEND_MESSAGES = "messages:send", _("Send messages")
    VIEW_COSTS = "costs:read", _("See costs")
    MANAGE_PRICES = "prices:write", _("Set own prices and rate cards")
    MANAGE_KEYS = "keys:write", _("Manage API keys")
    MANAGE_TEAM = "team:write", _("Manage the team")
    MANAGE_WEBHOOKS = "webhooks:write", _("Manage webhook endpoints")
    MANAGE_SUPPRESSION = "suppression:write", _("Manage the suppression list")
    MANAGE_SUBACCOUNTS = "subaccounts:write", _("Manage subaccounts and their numbers")
    EXPORT_DATA = "exports:write", _("Export data")
    DELETE_MESSAGES = "messages:delete", _("Delete messages and erase people")
    MANAGE_RETENTION = "retention:write", _("Set how long data is kept")
    VIEW_AUDIT = "audit:read", _("See the audit log")
