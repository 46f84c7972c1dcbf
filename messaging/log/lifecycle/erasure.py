"""Deletion of messages: the rows go, the columns that reports count stay in log_deleted.

A batch is one transaction. It locks the anchors first and in their own order, as ingest does, so that a concurrent
webhook of one of the messages is applied before or after it.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any, NamedTuple

from django.db import connection, transaction

from messaging.log.lifecycle.columns import COLUMNS, WhenDeleted, sql_list
from messaging.log.lifecycle.events import DELETE_EVENTS
from messaging.log.lifecycle.participants import erase_participants
from messaging.log.models.message_key import key_digits

_LOCK = """
SELECT a.message_id, a.created_at, a.provider, a.provider_message_id
FROM log_anchor a JOIN unnest(%s::text[], %s::text[]) k (provider, provider_message_id)
    ON a.account_id = %s AND a.provider = k.provider AND a.provider_message_id = k.provider_message_id
ORDER BY a.account_id, a.provider, a.provider_message_id FOR UPDATE OF a
"""
_KEPT = {column.name: column.name for column in COLUMNS if column.when_deleted == WhenDeleted.KEPT}
_EMPTIED = {column.name: column.empty for column in COLUMNS if column.when_deleted == WhenDeleted.EMPTIED}
_MOVE = f"""
WITH moved AS (
    DELETE FROM log_message m USING unnest(%s::timestamptz[], %s::bigint[]) k (created_at, id)
    WHERE m.account_id = %s AND m.created_at = k.created_at AND m.id = k.id RETURNING m.*
)
INSERT INTO log_deleted (message_id, deleted_at, {sql_list(_KEPT | _EMPTIED)})
SELECT id, now(), {sql_list((_KEPT | _EMPTIED).values())} FROM moved
"""  # noqa: S608 - constants of this package
_DROP_ANCHORS = """
DELETE FROM log_anchor a USING unnest(%s::text[], %s::text[]) k (provider, provider_message_id)
WHERE a.account_id = %s AND a.provider = k.provider AND a.provider_message_id = k.provider_message_id
"""
_DELETE_PAYLOADS = "DELETE FROM log_payload WHERE account_id = %s AND message_id = ANY(%s) AND created_at >= %s"
_DELETE_HISTORY = """
DELETE FROM log_statusevent WHERE account_id = %s AND message_id = ANY(%s) AND at >= %s
RETURNING message_id, webhook_id, webhook_received_at
"""


class AnchorKey(NamedTuple):
    """The key of a message within its account, which outlives changes of its row."""

    provider: str
    provider_message_id: str


class ErasureResult(NamedTuple):
    """The numbers of deleted messages, payloads and statuses, and the stored webhooks that contain the messages.

    The provider's message ids, by the webhook's time of receipt and id.
    """

    counts: Counter[str]
    webhooks: dict[tuple[datetime, int], set[str]]


class _LockedAnchor(NamedTuple):
    message_id: int
    created_at: datetime
    provider: str
    provider_message_id: str


@transaction.atomic
def erase_messages(account_id: int, anchors: Sequence[AnchorKey]) -> ErasureResult:
    """Delete messages with their history and payloads; skip those that are deleted already.

    Effects: log_deleted keeps the counted columns of each, so that no figure changes. The stored webhooks still contain
    the messages: the caller removes them there.
    """
    if not anchors:
        return ErasureResult(Counter(), {})
    with connection.cursor() as cursor:
        cursor.execute(_LOCK, [*_columns(anchors), account_id])
        rows = [_LockedAnchor(*values) for values in cursor.fetchall()]
        if not rows:
            return ErasureResult(Counter(), {})
        ids, since = [row.message_id for row in rows], min(row.created_at for row in rows)
        keys = [AnchorKey(row.provider, row.provider_message_id) for row in rows]
        cursor.execute(_MOVE, [[row.created_at for row in rows], ids, account_id])
        counts = Counter(messages=cursor.rowcount)
        cursor.execute(_DROP_ANCHORS, [*_columns(keys), account_id])
        digits = {row.message_id: key_digits(account_id, row.provider, row.provider_message_id) for row in rows}
        erase_participants(cursor, account_id, digits)
        cursor.execute(_DELETE_PAYLOADS, [account_id, ids, since])
        counts["payloads"] = cursor.rowcount
        cursor.execute(DELETE_EVENTS, {"ids": ids})
        cursor.execute(_DELETE_HISTORY, [account_id, ids, since])
        history = cursor.fetchall()
    counts["statuses"] = len(history)
    return ErasureResult(counts, _webhooks({row.message_id: row.provider_message_id for row in rows}, history))


def _webhooks(
    provider_ids: dict[int, str], history: Iterable[tuple[int, int | None, datetime | None]]
) -> dict[tuple[datetime, int], set[str]]:
    webhooks: dict[tuple[datetime, int], set[str]] = {}
    for message_id, webhook_id, received_at in history:
        if webhook_id and received_at:
            webhooks.setdefault((received_at, webhook_id), set()).add(provider_ids[message_id])
    return webhooks


def _columns(rows: Sequence[tuple[Any, ...]]) -> list[list[Any]]:
    return [list(column) for column in zip(*rows, strict=True)]
