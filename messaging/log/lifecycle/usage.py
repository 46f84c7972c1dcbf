"""The key under which billing knows a message."""

import hashlib
from uuid import UUID


def message_key(account_id: int, provider: str, provider_message_id: str) -> UUID:
    """A 128-bit hash of account, provider and provider message id: no personal data, the same from every side.

    It is also the UMID of messages that have none of their own.
    """
    return UUID(hex=key_digits(account_id, provider, provider_message_id))


def key_digits(account_id: int, provider: str, provider_message_id: str) -> str:
    """The message key in 32 hexadecimal digits, as PostgreSQL reads it; making a UUID object costs ingest more."""
    said = f"{account_id}:{provider}:{provider_message_id}".encode()
    return hashlib.md5(said, usedforsecurity=False).hexdigest()
