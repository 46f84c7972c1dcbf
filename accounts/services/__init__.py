"""Writes of accounts, a module for each subject. Each write is audited in its transaction."""

from accounts.services.keys import authenticate_api_key, create_api_key, issue_api_key, revoke_api_key

__all__ = [
    "authenticate_api_key",
    "create_api_key",
    "issue_api_key",
    "revoke_api_key",
]
