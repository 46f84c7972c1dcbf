"""Reads of accounts, one module a noun."""

from accounts.selectors.reach import Reach, every_account_id, memberships_of, reach_of

__all__ = ["Reach", "every_account_id", "memberships_of", "reach_of"]
