"""Secrets: digests for those we only compare, sealing for those we must read again.

API keys and webhook credentials carry at least 128 random bits, so a plain SHA-256 is enough and costs a microsecond;
a password hash would cost half a second on every webhook.
"""

import base64
import hashlib
import hmac

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from django.conf import settings


def digest(secret: str | bytes) -> bytes:
    """SHA-256 of a secret, 32 bytes."""
    return hashlib.sha256(secret.encode() if isinstance(secret, str) else secret).digest()


def same(left: bytes, right: bytes) -> bool:
    """Compare in constant time. Bytes only: `compare_digest` raises on non-ASCII text."""
    return hmac.compare_digest(left, right)


def derive(label: str, length: int = 32) -> bytes:
    """Bytes that follow from SECRET_KEY and a label, the same at every start."""
    return hmac.digest(settings.SECRET_KEY.encode(), label.encode(), "sha512")[:length]


def _keyring() -> MultiFernet:
    keys = settings.SEALING_KEYS or [base64.urlsafe_b64encode(derive("sealing")).decode()]
    return MultiFernet([Fernet(key) for key in keys])


def seal(secret: str, *, owner: str) -> str:
    """Encrypt a secret for the database, bound to its owner (for example "account:7").

    A sealed value copied to another owner's row does not open there.
    """
    return _keyring().encrypt(f"{owner}\n{secret}".encode()).decode() if secret else ""


def unseal(sealed: str, *, owner: str) -> str:
    """Decrypt what `seal` made. Raises ValueError when the key is gone or the owner is another."""
    if not sealed:
        return ""
    try:
        found_owner, _, secret = _keyring().decrypt(sealed.encode()).decode().partition("\n")
    except InvalidToken:
        raise ValueError("This secret was encrypted with another key: add that key to SEALING_KEYS.") from None
    if found_owner != owner:
        raise ValueError("This secret was encrypted for another owner.")
    return secret
