"""Spellings that are stored in the database and in customers' keys: changing one breaks both."""

from accounts.enums import Permission, Role


def test_roles():
    assert Role.values == ["owner", "admin", "finance", "support", "developer", "viewer"]


def test_scopes():
    assert Permission.values == [
        "dashboard:read",
        "messages:read",
        "msisdn:read",
        "content:read",
        "messages:send",
        "costs:read",
        "prices:write",
        "keys:write",
        "team:write",
        "webhooks:write",
        "suppression:write",
        "subaccounts:write",
        "exports:write",
        "messages:delete",
        "retention:write",
        "audit:read",
    ]
