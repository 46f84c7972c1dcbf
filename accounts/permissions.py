"""The permission table: which role has which permissions. Every check uses it."""

from django.utils.translation import gettext_lazy as _

from accounts.enums import Permission, Role
from core.words import Text

_EVERYTHING = frozenset(Permission)
_READ = {Permission.VIEW_DASHBOARD, Permission.VIEW_MESSAGES}

ROLE_PERMISSIONS: dict[Role, frozenset[Permission]] = {
    Role.OWNER: _EVERYTHING,
    Role.ADMIN: _EVERYTHING,
    Role.FINANCE: frozenset({*_READ, Permission.VIEW_COSTS, Permission.MANAGE_PRICES, Permission.EXPORT_DATA}),
    Role.SUPPORT: frozenset({*_READ, Permission.VIEW_NUMBERS, Permission.VIEW_CONTENT, Permission.MANAGE_SUPPRESSION}),
    Role.DEVELOPER: frozenset(
        {
            *_READ,
            Permission.VIEW_NUMBERS,
            Permission.SEND_MESSAGES,
            Permission.MANAGE_KEYS,
            Permission.MANAGE_WEBHOOKS,
            Permission.MANAGE_SUPPRESSION,
            Permission.EXPORT_DATA,
        }
    ),
    Role.VIEWER: frozenset(_READ),
}

# The purpose of each role, for the form that grants it.
ROLE_WORDS: dict[Role, Text] = {
    Role.OWNER: _("Full access, and the only role that can make others owners."),
    Role.ADMIN: _("Full access except managing owners: messages, costs, team, keys, webhooks, subaccounts."),
    Role.FINANCE: _("Message costs and own prices. Phone numbers are masked and texts are hidden."),
    Role.SUPPORT: _("Individual messages with full numbers and texts. No costs."),
    Role.DEVELOPER: _("API keys and webhook endpoints, and messages without texts. No costs."),
    Role.VIEWER: _("Dashboard and log. Phone numbers are masked. No texts and no costs."),
}


def allowed(role: Role | str, permission: Permission) -> bool:
    """Whether the role holds the permission."""
    return permission in ROLE_PERMISSIONS[Role(role)]


def roles_with(permission: Permission) -> list[Role]:
    """The roles that hold the permission, for messages such as "ask an owner or finance"."""
    return [role for role in Role if permission in ROLE_PERMISSIONS[role]]


def grantable_roles(own: Role | None) -> list[Role]:
    """The roles that this role may grant, change or revoke: those without permissions beyond its own.

    Only owners manage owners, although admins have the same permissions. Without a role there are none.
    """
    if own is None:
        return []
    own_permissions = ROLE_PERMISSIONS[own]
    return [
        role for role in Role if ROLE_PERMISSIONS[role] <= own_permissions and (role != Role.OWNER or own == Role.OWNER)
    ]
