"""Reads of accounts, a module for each subject."""

from accounts.selectors.memberships import every_account_id, memberships_of

__all__ = ["every_account_id", "memberships_of"]
