"""Statuses that somebody wants to be told: put in line by the transaction that writes them into the history."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

from django.db import connection

_TOLD = "('queued', 'sent', 'delivered', 'read', 'failed', 'rejected', 'expired', 'received')"
_COLUMNS = "account_id, callback_id, at, word, detail, error_code, error_title, state, due_at, attempts, answer"
_WANTED = """
SELECT EXISTS (SELECT FROM events_callback),
    EXISTS (SELECT FROM events_outgoingwebhook WHERE enabled AND account_id IN (SELECT account_id FROM change_batch))
"""
# A webhook tells what happens while it is configured, not what is replayed from before; providers' clocks may be late.
# Callbacks are kept for 40 days: what is older would be told again.
_TO_WEBHOOK = f"""
INSERT INTO events_callback (account_id, message_id, configured, umid, url, client_batch_id, created_at)
SELECT DISTINCT m.account_id, m.id, true, m.umid, '', '', now()
FROM event_batch e JOIN change_batch c USING (account_id, provider, provider_message_id)
JOIN log_message m ON (m.account_id, m.created_at, m.id) = (c.account_id, c.created_at, c.message_id)
JOIN events_outgoingwebhook h ON h.account_id = m.account_id
    AND (h.subaccount_id = m.subaccount_id OR h.subaccount_id IS NULL)
    AND h.kind = CASE m.direction WHEN 'inbound' THEN 'MSG' ELSE 'CADR' END
WHERE h.enabled AND e.state IN {_TOLD}
AND e.at >= GREATEST(h.created_at - interval '5 minutes', now() - interval '40 days')
ON CONFLICT DO NOTHING
"""  # noqa: S608 - every name is a constant of this module
_FROM_BATCH = f"""
INSERT INTO events_receipt ({_COLUMNS})
SELECT e.account_id, k.id, e.at, e.state, e.detail, coalesce(e.error_code, 0), e.error_title, 'pending', now(), 0, ''
FROM event_batch e JOIN change_batch c USING (account_id, provider, provider_message_id)
JOIN events_callback k ON k.message_id = c.message_id
WHERE e.state IN {_TOLD} ORDER BY e.at ON CONFLICT DO NOTHING
"""  # noqa: S608 - every name is a constant of this module
_FROM_HISTORY = f"""
INSERT INTO events_receipt ({_COLUMNS})
SELECT s.account_id, k.id, s.at, s.state, s.detail, s.error_code, s.error_title, 'pending', now(), 0, ''
FROM events_callback k JOIN log_statusevent s ON s.message_id = k.message_id
WHERE k.message_id = ANY(%s) AND s.at >= %s AND s.state IN {_TOLD} ORDER BY s.at ON CONFLICT DO NOTHING
"""  # noqa: S608
_ENTER = """
INSERT INTO events_callback (
    account_id, message_id, configured, umid, url, batch_id, client_batch_id, created_at
)
SELECT a.account_id, a.message_id, false, b.umid::uuid, b.url, b.batch_id, b.client_batch_id, now()
FROM unnest(%s::bigint[], %s::text[], %s::text[], %s::text[], %s::uuid[], %s::text[])
    b (account_id, provider, umid, url, batch_id, client_batch_id)
JOIN log_anchor a ON (a.account_id, a.provider, a.provider_message_id) = (b.account_id, b.provider, b.umid)
ON CONFLICT DO NOTHING RETURNING message_id
"""


class Subscription(NamedTuple):
    """A message in the log under its UMID whose receipts somebody wants."""

    account_id: int
    provider: str
    umid: str
    url: str
    batch_id: UUID | None
    client_batch_id: str


def subscribe(wishes: Sequence[Subscription], since: datetime) -> None:
    """Remember whose receipts are wanted, and put what happened to them since then in line."""
    if wishes:
        with connection.cursor() as cursor:
            cursor.execute(_ENTER, [list(column) for column in zip(*wishes, strict=True)])
            backfill(cursor, [message_id for (message_id,) in cursor.fetchall()], since)


def backfill(cursor: Any, message_ids: Sequence[int], since: datetime) -> None:
    """Put in line what the history of these messages holds and nobody was told."""
    cursor.execute(_FROM_HISTORY, [list(message_ids), since])


def enqueue(cursor: Any) -> None:
    """Put what happened to the batch's messages in line for who wants it; asks no more than that where nobody does."""
    cursor.execute(_WANTED)
    has_callbacks, has_webhooks = cursor.fetchone()
    if has_webhooks:
        cursor.execute(_TO_WEBHOOK)
    if has_callbacks or has_webhooks:
        cursor.execute(_FROM_BATCH)
