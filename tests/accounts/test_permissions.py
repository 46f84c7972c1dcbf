"""The permission table, written out once more: a change of rights is a change here."""

import re
from pathlib import Path

import pytest

from accounts.enums import Permission, Role
from accounts.permissions import allowed, roles_with

DOCUMENT = Path(__file__).parent.parent.parent / "docs/people.md"
ROLES = ("owner", "admin", "finance", "support", "developer", "viewer")
TABLE = {
    "dashboard:read": "yes yes yes yes yes yes",
    "messages:read": "yes yes yes yes yes yes",
    "msisdn:read": "yes yes no yes yes no",
    "content:read": "yes yes no yes no no",
    "messages:send": "yes yes no no yes no",
    "costs:read": "yes yes yes no no no",
    "prices:write": "yes yes yes no no no",
    "keys:write": "yes yes no no yes no",
    "team:write": "yes yes no no no no",
    "webhooks:write": "yes yes no no yes no",
    "suppression:write": "yes yes no yes yes no",
    "subaccounts:write": "yes yes no no no no",
    "exports:write": "yes yes yes no yes no",
    "messages:delete": "yes yes no no no no",
    "retention:write": "yes yes no no no no",
    "audit:read": "yes yes no no no no",
}
CELLS = [
    (role, permission, cell == "yes")
    for permission, cells in TABLE.items()
    for role, cell in zip(ROLES, cells.split(), strict=True)
]


def test_the_documented_table_is_this_one():
    rows = re.findall(r"^\| `([\w:]+)` \|[^|]*\|(.+)\|$", DOCUMENT.read_text(encoding="utf-8"), re.MULTILINE)
    documented = {scope: " ".join("yes" if "✓" in cell else "no" for cell in cells.split("|")) for scope, cells in rows}
    assert documented == TABLE


def test_the_table_is_complete():
    assert {(role, permission) for role, permission, _ in CELLS} == {
        (role, each) for role in Role for each in Permission
    }


@pytest.mark.parametrize(("role", "permission", "may"), CELLS)
def test_each_cell(role, permission, may):
    assert allowed(role, Permission(permission)) is may


def test_roles_with_a_permission_in_their_order():
    assert roles_with(Permission.VIEW_COSTS) == [Role.OWNER, Role.ADMIN, Role.FINANCE]


def test_an_unknown_role_is_an_error():
    with pytest.raises(ValueError, match="'guest' is not a valid Role"):
        allowed("guest", Permission.VIEW_MESSAGES)
