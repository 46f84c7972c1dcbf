"""The permission table: which role may do what. Everything that asks, asks here."""

from accounts.enums import Permission, Role

_EVERYTHING = frozenset(Permission)
_READ = {Permission.VIEW_DASHBOARD, Permission.VIEW_MESSAGES}

ROLE_PERMISSIONS: dict[Role, frozenset[Permission]] = {
    Role.OWNER: _EVERYTHING,
    Role.ADMIN: _EVERYTHING,
    Role.FINANCE: frozenset({Permission.VIEW_DASHBOARD, Permission.VIEW_COSTS, Permission.VIEW_MESSAGES}),
    Role.SUPPORT: frozenset({*_READ, Permission.VIEW_NUMBERS, Permission.VIEW_CONTENT}),
    Role.DEVELOPER: frozenset(
        {*_READ, Permission.VIEW_NUMBERS, Permission.SEND_MESSAGES, Permission.MANAGE_KEYS, Permission.MANAGE_WEBHOOKS}
    ),
    Role.VIEWER: frozenset(_READ),
}


def allowed(role: Role | str, permission: Permission) -> bool:
    """Whether the role holds the permission."""
    return permission in ROLE_PERMISSIONS[Role(role)]


def roles_with(permission: Permission) -> list[Role]:
    """The roles that hold the permission, for "ask an owner or finance" messages."""
    return [role for role in Role if permission in ROLE_PERMISSIONS[role]]
