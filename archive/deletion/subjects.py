"""How certificates name a person: by a hash that only this installation can make."""

import hmac

from accounts.models import Account
from core.secrets import derive


def subject_of(account: Account, msisdn: str) -> str:
    """The keyed hash by which certificates name a phone number: the same number is the same hash in one account only.

    HMAC-SHA256 under a key of the installation: without it, trying all numbers finds none.
    """
    return hmac.digest(derive(f"erasure:{account.public_id}"), msisdn.encode(), "sha256").hex()
