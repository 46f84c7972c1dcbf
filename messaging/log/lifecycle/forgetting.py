"""Deleting messages: the rows go, what counts of them stays.

A batch is one transaction. Anchors are locked first and in their own order, as ingest does, so that a webhook of one of
the messages is applied before or after, and never in between.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any, NamedTuple

from django.db import connection, transaction

from messaging.log.lifecycle.columns import COLUMNS, WhenDeleted, listed
from messaging.log.lifecycle.events import FORGET

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
INSERT INTO log_deleted (message_id, deleted_at, {listed(_KEPT | _EMPTIED)})
SELECT id, now(), {listed((_KEPT | _EMPTIED).values())} FROM moved
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


class ForgetResult(NamedTuple):
    """How many messages, payloads and statuses were deleted, and which stored webhooks report on which provider ids.

    A webhook is known by when it came and its id.
    """

    counts: Counter[str]
    reported: dict[tuple[datetime, int], set[str]]


class _LockedAnchor(NamedTuple):
    message_id: int
    created_at: datetime
    provider: str
    provider_message_id: str


@transaction.atomic
def forget(account_id: int, anchors: Sequence[AnchorKey]) -> ForgetResult:
    """Delete messages with their history and payloads; those deleted already are passed over.

    Effects: what counts of each is kept in log_deleted, so that no figure changes. The webhooks that reported
    on them still do: the caller takes the messages out of those.
    """
    if not anchors:
        return ForgetResult(Counter(), {})
    with connection.cursor() as cursor:
        cursor.execute(_LOCK, [*_columns(anchors), account_id])
        locked = [_LockedAnchor(*row) for row in cursor.fetchall()]
        if not locked:
            return ForgetResult(Counter(), {})
        ids, since = [each.message_id for each in locked], min(each.created_at for each in locked)
        keys = [AnchorKey(each.provider, each.provider_message_id) for each in locked]
        cursor.execute(_MOVE, [[each.created_at for each in locked], ids, account_id])
        counts = Counter(messages=cursor.rowcount)
        cursor.execute(_DROP_ANCHORS, [*_columns(keys), account_id])
        cursor.execute(_DELETE_PAYLOADS, [account_id, ids, since])
        counts["payloads"] = cursor.rowcount
        cursor.execute(FORGET, {"ids": ids})
        cursor.execute(_DELETE_HISTORY, [account_id, ids, since])
        history = cursor.fetchall()
    counts["statuses"] = len(history)
    return ForgetResult(counts, _reported({each.message_id: each.provider_message_id for each in locked}, history))


def _reported(
    provider_ids: dict[int, str], history: Iterable[tuple[int, int | None, datetime | None]]
) -> dict[tuple[datetime, int], set[str]]:
    reported: dict[tuple[datetime, int], set[str]] = {}
    for message_id, webhook_id, received_at in history:
        if webhook_id and received_at:
            reported.setdefault((received_at, webhook_id), set()).add(provider_ids[message_id])
    return reported


def _columns(rows: Sequence[tuple[Any, ...]]) -> list[list[Any]]:
    return [list(column) for column in zip(*rows, strict=True)]
