"""Events about messages: emitted by the transaction that writes a status into the history, if there is a subscription.

The same as `events.outbox.emit`, for a whole batch at once. State, detail and error code distinguish the
events of one message at one time.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

from django.db import connection

from messaging.log.lifecycle.columns import STATES
from providers.events import EDIT_STATES
from providers.vocabulary import HISTORY_DETAIL

_STATES = f"{(*STATES, *EDIT_STATES)}"


def _is_for_clients(row: str) -> str:
    """Whether clients get a status; those of an imported message are no news."""
    return f"{row}.state IN {_STATES} AND {row}.detail <> '{HISTORY_DETAIL}'"


_EVENT_COLUMNS = "account_id, type, subject_type, subject_id, at, key, payload, created_at"
_DELIVERY_COLUMNS = "account_id, event_id, subscription_id, state, due_at, attempts, answer"


def _type(row: str, is_inbound: str) -> str:
    """The type of an event: that of its message for an edit, whose own state does not tell it."""
    return (
        f"CASE WHEN {row}.state = 'received' OR ({row}.state IN {EDIT_STATES} AND {is_inbound}) "
        "THEN 'message.received' ELSE 'message.status' END"
    )


_IS_INBOUND = """(SELECT m.direction = 'inbound' FROM log_message m
    WHERE (m.account_id, m.created_at, m.id) = (c.account_id, c.created_at, c.message_id))"""


def _key(row: str) -> str:
    return f"concat_ws('/', {row}.state, {row}.detail, coalesce({row}.error_code, 0))"


def _event(row: str, subject_id: str, is_inbound: str) -> str:
    """The columns of an event, from a row with state, at, detail, error_code and error_title."""
    payload = ", ".join(f"'{name}', {row}.{name}" for name in ("state", "detail", "error_title"))
    return (
        f"{row}.account_id, {_type(row, is_inbound)}, 'message', {subject_id}, {row}.at, {_key(row)}, "
        f"jsonb_build_object({payload}, 'error_code', coalesce({row}.error_code, 0)), now()"
    )


_SELECT_RECIPIENTS = """
SELECT EXISTS (SELECT FROM events_subscription), EXISTS (
    SELECT FROM events_endpoint WHERE enabled AND event_type IN ('message.status', 'message.received')
    AND account_id IN (SELECT account_id FROM change_batch)
)
"""
# An endpoint gets events from its creation on, not those of a replay; providers' clocks may be slow. Events older than
# 40 days would be posted again, because subscriptions are deleted after that time.
_SUBSCRIBE_ENDPOINTS = f"""
INSERT INTO events_subscription (
    account_id, subject_type, subject_id, configured, public_id, url, client_batch_id, created_at
)
SELECT DISTINCT m.account_id, 'message', m.id, true, m.umid, '', '', now()
FROM event_batch e JOIN change_batch c USING (account_id, provider, provider_message_id)
JOIN log_message m ON (m.account_id, m.created_at, m.id) = (c.account_id, c.created_at, c.message_id)
JOIN events_endpoint h ON h.account_id = m.account_id
    AND (h.subaccount_id = m.subaccount_id OR h.subaccount_id IS NULL)
    AND h.event_type = CASE m.direction WHEN 'inbound' THEN 'message.received' ELSE 'message.status' END
WHERE h.enabled AND {_is_for_clients("e")}
AND e.at >= GREATEST(h.created_at - interval '5 minutes', now() - interval '40 days')
ON CONFLICT DO NOTHING
"""  # noqa: S608 - every name is a constant of this module
_EMIT = f"""
INSERT INTO events_event ({_EVENT_COLUMNS})
SELECT {_event("e", "c.message_id", _IS_INBOUND)}
FROM event_batch e JOIN change_batch c USING (account_id, provider, provider_message_id)
WHERE {_is_for_clients("e")}
AND EXISTS (SELECT FROM events_subscription s WHERE s.subject_type = 'message' AND s.subject_id = c.message_id)
ORDER BY e.at ON CONFLICT DO NOTHING
"""  # noqa: S608
_DELIVER = f"""
INSERT INTO events_delivery ({_DELIVERY_COLUMNS})
SELECT v.account_id, v.id, s.id, 'pending', now(), 0, ''
FROM event_batch e JOIN change_batch c USING (account_id, provider, provider_message_id)
JOIN events_subscription s ON s.subject_type = 'message' AND s.subject_id = c.message_id
JOIN events_event v ON (v.subject_type, v.subject_id, v.at, v.type, v.key) =
    ('message', c.message_id, e.at, {_type("e", _IS_INBOUND)}, {_key("e")})
WHERE {_is_for_clients("e")} ORDER BY e.at, v.id ON CONFLICT DO NOTHING
"""  # noqa: S608
_EMIT_HISTORY = f"""
INSERT INTO events_event ({_EVENT_COLUMNS})
SELECT {_event("h", "h.message_id", "false")} FROM log_statusevent h
WHERE h.message_id = ANY(%(ids)s) AND h.at >= %(since)s AND {_is_for_clients("h")}
AND EXISTS (SELECT FROM events_subscription s WHERE s.subject_type = 'message' AND s.subject_id = h.message_id)
ORDER BY h.at ON CONFLICT DO NOTHING
"""  # noqa: S608
_DELIVER_HISTORY = f"""
INSERT INTO events_delivery ({_DELIVERY_COLUMNS})
SELECT e.account_id, e.id, s.id, 'pending', now(), 0, ''
FROM events_event e JOIN events_subscription s USING (subject_type, subject_id)
WHERE e.subject_type = 'message' AND e.subject_id = ANY(%(ids)s) AND e.at >= %(since)s
ORDER BY e.at, e.id ON CONFLICT DO NOTHING
"""  # noqa: S608
_SUBSCRIBE = """
INSERT INTO events_subscription (
    account_id, subject_type, subject_id, configured, public_id, url, batch_id, client_batch_id, created_at
)
SELECT a.account_id, 'message', a.message_id, false, b.umid::uuid, b.url, b.batch_id, b.client_batch_id, now()
FROM unnest(%s::bigint[], %s::text[], %s::text[], %s::text[], %s::uuid[], %s::text[])
    b (account_id, provider, umid, url, batch_id, client_batch_id)
JOIN log_anchor a ON (a.account_id, a.provider, a.provider_message_id) = (b.account_id, b.provider, b.umid)
ON CONFLICT DO NOTHING RETURNING subject_id
"""
DELETE_EVENTS = """
WITH delivery AS (
    DELETE FROM events_delivery WHERE subscription_id IN (
        SELECT id FROM events_subscription WHERE subject_type = 'message' AND subject_id = ANY(%(ids)s)
    )
), subscription AS (
    DELETE FROM events_subscription WHERE subject_type = 'message' AND subject_id = ANY(%(ids)s)
)
DELETE FROM events_event WHERE subject_type = 'message' AND subject_id = ANY(%(ids)s)
"""


class MessageSubscription(NamedTuple):
    """A URL that gets the events of a message, which is in the log under its UMID."""

    account_id: int
    provider: str
    umid: str
    url: str
    batch_id: UUID | None
    client_batch_id: str


def subscribe(subscriptions: Sequence[MessageSubscription], since: datetime) -> None:
    """Store subscriptions of messages, and emit the messages' events since then."""
    if subscriptions:
        with connection.cursor() as cursor:
            cursor.execute(_SUBSCRIBE, [list(column) for column in zip(*subscriptions, strict=True)])
            backfill(cursor, [message_id for (message_id,) in cursor.fetchall()], since)


def backfill(cursor: Any, message_ids: Sequence[int], since: datetime) -> None:
    """Emit the events in the history of these messages that were not emitted before."""
    params = {"ids": list(message_ids), "since": since}
    cursor.execute(_EMIT_HISTORY, params)
    cursor.execute(_DELIVER_HISTORY, params)


def emit_statuses(cursor: Any) -> None:
    """Emit the events of the batch's messages. Without a subscription this is one query."""
    cursor.execute(_SELECT_RECIPIENTS)
    has_subscriptions, has_endpoints = cursor.fetchone()
    if has_endpoints:
        cursor.execute(_SUBSCRIBE_ENDPOINTS)
    if has_subscriptions or has_endpoints:
        cursor.execute(_EMIT)
        cursor.execute(_DELIVER)
