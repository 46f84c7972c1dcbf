"""Deleting messages: the rows go, what they count for stays.

A batch is one transaction. Anchors are locked first and in their own order, as ingest does, so that a webhook of one of
the messages is applied before or after, and never in between.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any, NamedTuple

from django.db import connection, transaction

from messaging.log.lifecycle.events import FORGET

_COUNTED = (
    "created_at", "account_id", "direction", "subaccount_id", "phone_number_id", "country", "content_type", "category",
    "category_rank", "pricing_type", "template_id", "queued_at", "sent_at", "delivered_at", "read_at", "failed_at",
    "rejected_at", "expired_at", "received_at", "detail_rank", "status_detail", "error_source", "error_code",
    "provider_error_code",
)  # fmt: skip
_LOCK = """
SELECT a.message_id, a.created_at, a.provider, a.provider_message_id
FROM log_anchor a JOIN unnest(%s::text[], %s::text[]) k (provider, provider_message_id)
    ON a.account_id = %s AND a.provider = k.provider AND a.provider_message_id = k.provider_message_id
ORDER BY a.account_id, a.provider, a.provider_message_id FOR UPDATE OF a
"""
# The key as messaging/usage.py makes it.
_MOVE = f"""
WITH gone AS (
    DELETE FROM log_message m USING unnest(%s::timestamptz[], %s::bigint[]) k (created_at, id)
    WHERE m.account_id = %s AND m.created_at = k.created_at AND m.id = k.id RETURNING m.*
)
INSERT INTO log_deleted (message_key, message_id, deleted_at, error_title, {", ".join(_COUNTED)})
SELECT md5(account_id || ':' || provider || ':' || provider_message_id)::uuid, id, now(), '', {", ".join(_COUNTED)}
FROM gone
"""  # noqa: S608 - constants of this module
_UNANCHOR = """
DELETE FROM log_anchor a USING unnest(%s::text[], %s::text[]) k (provider, provider_message_id)
WHERE a.account_id = %s AND a.provider = k.provider AND a.provider_message_id = k.provider_message_id
"""
_PAYLOADS = "DELETE FROM log_payload WHERE account_id = %s AND message_id = ANY(%s) AND created_at >= %s"
_HISTORY = """
DELETE FROM log_statusevent WHERE account_id = %s AND message_id = ANY(%s) AND at >= %s
RETURNING message_id, webhook_id, webhook_received_at
"""


class Anchor(NamedTuple):
    """A message as it is found again whatever happens to it meanwhile."""

    provider: str
    provider_message_id: str


class Forgotten(NamedTuple):
    """How many rows went (messages, payloads, statuses), and which stored webhooks report on which provider ids.

    A webhook is known by when it came and its id.
    """

    counts: Counter[str]
    reported: dict[tuple[datetime, int], set[str]]


class _Found(NamedTuple):
    message_id: int
    created_at: datetime
    provider: str
    provider_message_id: str


@transaction.atomic
def forget(account_id: int, anchors: Sequence[Anchor]) -> Forgotten:
    """Delete messages with their history and payloads; those already gone are passed over.

    Effects: what counts of each is kept in log_deleted, so that no figure changes. The webhooks that reported
    on them still do: the caller takes the messages out of those.
    """
    if not anchors:
        return Forgotten(Counter(), {})
    with connection.cursor() as cursor:
        cursor.execute(_LOCK, [*_columns(anchors), account_id])
        found = [_Found(*row) for row in cursor.fetchall()]
        if not found:
            return Forgotten(Counter(), {})
        ids, since = [each.message_id for each in found], min(each.created_at for each in found)
        keys = [Anchor(each.provider, each.provider_message_id) for each in found]
        cursor.execute(_MOVE, [[each.created_at for each in found], ids, account_id])
        gone = Counter(messages=cursor.rowcount)
        cursor.execute(_UNANCHOR, [*_columns(keys), account_id])
        cursor.execute(_PAYLOADS, [account_id, ids, since])
        gone["payloads"] = cursor.rowcount
        cursor.execute(FORGET, {"ids": ids})
        cursor.execute(_HISTORY, [account_id, ids, since])
        told = cursor.fetchall()
    gone["statuses"] = len(told)
    return Forgotten(gone, _reported({each.message_id: each.provider_message_id for each in found}, told))


def _reported(
    ids: dict[int, str], told: Iterable[tuple[int, int | None, datetime | None]]
) -> dict[tuple[datetime, int], set[str]]:
    reported: dict[tuple[datetime, int], set[str]] = {}
    for message_id, webhook_id, received_at in told:
        if webhook_id and received_at:
            reported.setdefault((received_at, webhook_id), set()).add(ids[message_id])
    return reported


def _columns(rows: Sequence[tuple[Any, ...]]) -> list[list[Any]]:
    return [list(column) for column in zip(*rows, strict=True)]
