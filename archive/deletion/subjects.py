"""The pseudonym of a person in certificates: a hash that only this installation can compute."""

import hmac

from accounts.models import Account
from core.secrets import derive


def subject_of(account: Account, identity: str) -> str:
    """The keyed hash of a phone number, user id or username in certificates; each account has another hash of it.

    HMAC-SHA256 with a key of the installation: without the key, trying all numbers reveals nothing.
    """
    return hmac.digest(derive(f"erasure:{account.public_id}"), identity.encode(), "sha256").hex()
