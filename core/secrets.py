"""Secrets: a digest if we only compare them, encryption (sealing) if we need to read them again.

API keys and webhook credentials have at least 128 random bits, so a plain SHA-256 is enough. It takes a microsecond; a
password hash would take half a second for every webhook.
"""

import base64
import hashlib
import hmac

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from django.conf import settings


def digest(secret: str | bytes) -> bytes:
    """The SHA-256 of a secret, 32 bytes."""
    return hashlib.sha256(secret.encode() if isinstance(secret, str) else secret).digest()


def digests_equal(left: bytes, right: bytes) -> bool:
    """Compare in constant time. Bytes only: `compare_digest` raises for non-ASCII text."""
    return hmac.compare_digest(left, right)


def derive(label: str, length: int = 32) -> bytes:
    """Derive bytes from SECRET_KEY and a label, always the same."""
    return hmac.digest(settings.SECRET_KEY.encode(), label.encode(), "sha512")[:length]


def _keyring() -> MultiFernet:
    keys = settings.SEALING_KEYS or [base64.urlsafe_b64encode(derive("sealing")).decode()]
    return MultiFernet([Fernet(key) for key in keys])


def seal(secret: str, *, owner: str) -> str:
    """Encrypt a secret for the database, bound to its owner (for example "account:7").

    A sealed value cannot be decrypted in another owner's row.
    """
    return _keyring().encrypt(f"{owner}\n{secret}".encode()).decode() if secret else ""


def unseal(sealed: str, *, owner: str) -> str:
    """Decrypt a value that `seal` returned. Raises ValueError if the key is missing or the owner is another."""
    if not sealed:
        return ""
    try:
        sealed_owner, _, secret = _keyring().decrypt(sealed.encode()).decode().partition("\n")
    except InvalidToken:
        raise ValueError("This secret was encrypted with another key: add that key to SEALING_KEYS.") from None
    if sealed_owner != owner:
        raise ValueError("This secret was encrypted for another owner.")
    return secret
