"""The key under which billing knows a message, in Python and in SQL.

It is a 128-bit hash of account, provider and provider message id: no personal data. It is also the
UMID of messages that have none of their own. Ingest needs it before there is a row, so Python computes it there;
everything else reads the generated column `log_message.message_key`. Both must agree: a test compares them.
"""

import hashlib
from uuid import UUID

from django.db.models import F, Func, TextField, UUIDField
from django.db.models.functions import Cast

# The cast keeps the expression immutable, as generated columns require: `bigint || text` is not.
MESSAGE_KEY = Func(
    Cast("account_id", TextField()), F("provider"), F("provider_message_id"),
    template="md5(%(expressions)s)::uuid", arg_joiner=" || ':' || ", output_field=UUIDField(),
)  # fmt: skip


def message_key(account_id: int, provider: str, provider_message_id: str) -> UUID:
    """The key of a message that may have no row."""
    return UUID(hex=key_digits(account_id, provider, provider_message_id))


def key_digits(account_id: int, provider: str, provider_message_id: str) -> str:
    """The message key in 32 hexadecimal digits, as PostgreSQL reads it; making a UUID object costs ingest more."""
    text = f"{account_id}:{provider}:{provider_message_id}".encode()
    return hashlib.md5(text, usedforsecurity=False).hexdigest()
