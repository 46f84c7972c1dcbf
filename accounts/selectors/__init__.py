"""Reads of accounts, one module a noun."""

from accounts.selectors.memberships import every_account_id, memberships_of

__all__ = ["every_account_id", "memberships_of"]
