"""Attributes and payloads that the gateway adds to a message: source, request, responses."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, NamedTuple

from django.db import connection

from core.strict_json import dump
from messaging.log.enums import PayloadKind
from messaging.log.lifecycle.columns import COLUMNS, KEY, Column, Merge, merged_by, sql_list


class MessageAttributes(NamedTuple):
    """Attributes of a message that no event reports. None and "" change nothing."""

    account_id: int
    provider: str
    provider_message_id: str
    source_id: int | None = None
    recipient_type: str = ""
    response_code: int | None = None


class StoredPayload(NamedTuple):
    """A request or response to store with a message."""

    account_id: int
    provider: str
    provider_message_id: str
    kind: PayloadKind
    at: datetime
    body: Any


def _assignment(column: Column) -> str:
    value = f"nullif(b.{column.name}, '')" if column.is_text else f"b.{column.name}"
    return f"{column.name} = coalesce({value}, m.{column.name})"


_TYPES = {column.name: column.sql_type for column in COLUMNS}
_SET = f"""
UPDATE log_message m SET {", ".join(_assignment(column) for column in merged_by(Merge.ATTRIBUTE))}
FROM unnest({", ".join(f"%s::{_TYPES[name]}[]" for name in MessageAttributes._fields)})
    b ({sql_list(MessageAttributes._fields)})
JOIN log_anchor a USING ({sql_list(KEY)})
WHERE m.account_id = a.account_id AND m.created_at = a.created_at AND m.id = a.message_id
"""  # noqa: S608 - every name is a constant of this package
_STORE = """
INSERT INTO log_payload (account_id, message_id, created_at, kind, body)
SELECT a.account_id, a.message_id, b.at, b.kind, b.body
FROM unnest(%s::bigint[], %s::text[], %s::text[], %s::text[], %s::timestamptz[], %s::jsonb[])
    b (account_id, provider, provider_message_id, kind, at, body)
JOIN log_anchor a USING (account_id, provider, provider_message_id) ON CONFLICT DO NOTHING
"""


def set_attributes(attributes: Sequence[MessageAttributes]) -> None:
    """Set attributes of messages; skip messages that are not in the log."""
    if attributes:
        with connection.cursor() as cursor:
            cursor.execute(_SET, [list(column) for column in zip(*attributes, strict=True)])


def store_payloads(payloads: Sequence[StoredPayload]) -> None:
    """Store requests and responses with their messages; ignore duplicates."""
    if not payloads:
        return
    columns = [list(column) for column in zip(*payloads, strict=True)]
    columns[3] = [str(kind) for kind in columns[3]]
    columns[5] = [dump(body).decode() for body in columns[5]]
    with connection.cursor() as cursor:
        cursor.execute(_STORE, columns)
