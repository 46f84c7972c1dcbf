"""The permission table: which role may do what. Everything that asks, asks here."""

from django.utils.translation import gettext_lazy as _

from accounts.enums import Permission, Role
from core.words import Text

_EVERYTHING = frozenset(Permission)
_READ = {Permission.VIEW_DASHBOARD, Permission.VIEW_MESSAGES}

ROLE_PERMISSIONS: dict[Role, frozenset[Permission]] = {
    Role.OWNER: _EVERYTHING,
    Role.ADMIN: _EVERYTHING,
    Role.FINANCE: frozenset({*_READ, Permission.VIEW_COSTS, Permission.MANAGE_PRICES, Permission.EXPORT_DATA}),
    Role.SUPPORT: frozenset({*_READ, Permission.VIEW_NUMBERS, Permission.VIEW_CONTENT}),
    Role.DEVELOPER: frozenset(
        {
            *_READ,
            Permission.VIEW_NUMBERS,
            Permission.SEND_MESSAGES,
            Permission.MANAGE_KEYS,
            Permission.MANAGE_WEBHOOKS,
            Permission.EXPORT_DATA,
        }
    ),
    Role.VIEWER: frozenset(_READ),
}

# What each role is for, in the words of the form that gives it.
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
    """The roles that hold the permission, for "ask an owner or finance" messages."""
    return [role for role in Role if permission in ROLE_PERMISSIONS[role]]


def grantable_roles(own: Role | None) -> list[Role]:
    """The roles that a person of this role may give, change or take away: none that may do more than they do.

    Owners alone decide on owners, though admins may do the same things. Who has no role is no member and gives none.
    """
    if own is None:
        return []
    mine = ROLE_PERMISSIONS[own]
    return [role for role in Role if ROLE_PERMISSIONS[role] <= mine and (role != Role.OWNER or own == Role.OWNER)]
