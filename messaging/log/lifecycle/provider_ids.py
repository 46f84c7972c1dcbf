"""What sending tells the log: the provider's id of a message that has our own so far, its source, request and answers.

A message that we are asked to send enters the log under its UMID, for the provider has not named it yet. `bind` gives
it the provider's id. A webhook may come before the provider's answer has, and then there are two rows: they become one.
"""

import json
from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

import orjson
from django.db import connection, transaction

from billing.services import Usage, record_usage
from messaging.log.enums import PayloadKind
from messaging.log.lifecycle.events import backfill
from messaging.log.lifecycle.sql import COUNT, CREATE_TABLES, MERGE_COLUMNS, SELECT_USAGE, TIMES, UPDATE
from messaging.log.lifecycle.usage import key_digits

_OURS = "tollgate:"  # begins what providers repeat in their webhooks, so that one of them can name the message


def reference(umid: str) -> str:
    """What we ask providers to repeat."""
    return f"{_OURS}{umid}"


def referred(text: str) -> str:
    """The UMID in a reference of ours; empty for anything else."""
    if not text.startswith(_OURS):
        return ""
    try:
        return str(UUID(text.removeprefix(_OURS)))
    except ValueError:
        return ""


class Binding(NamedTuple):
    """A message we know by its UMID, and the id the provider gave it."""

    account_id: int
    provider: str
    umid: str
    provider_message_id: str


webhook_id_listeners: list[Callable[[Sequence[Binding]], None]] = []
"""Called in the transaction in which webhooks name messages of ours. The package that sends registers here."""


class MessageAttributes(NamedTuple):
    """What a message is known for besides its statuses; None and "" leave it as it is."""

    account_id: int
    provider: str
    provider_message_id: str
    source_id: int | None = None
    recipient_type: str = ""
    response_code: int | None = None


class StoredPayload(NamedTuple):
    """A request or response to keep with a message."""

    account_id: int
    provider: str
    provider_message_id: str
    kind: PayloadKind
    at: datetime
    body: Any


# --- Binding ---------------------------------------------------------------------------------------------------------
_ASKED = "unnest(%s::bigint[], %s::text[], %s::text[], %s::text[]) b (account_id, provider, umid, provider_message_id)"
_OWN = "(o.account_id, o.provider, o.provider_message_id) = (b.account_id, b.provider, b.umid)"
_NEW = "(n.account_id, n.provider, n.provider_message_id) = (b.account_id, b.provider, b.provider_message_id)"
_ANCHOR = f"""
INSERT INTO log_anchor (account_id, provider, provider_message_id, message_id, created_at)
SELECT o.account_id, o.provider, b.provider_message_id, o.message_id, o.created_at
FROM {_ASKED} JOIN log_anchor o ON {_OWN}
ORDER BY o.account_id, o.provider, b.provider_message_id ON CONFLICT DO NOTHING
"""  # noqa: S608 - every name is a constant of this module
_NAME = f"""
WITH freed AS (
    DELETE FROM log_anchor o USING {_ASKED}, log_anchor n
    WHERE {_OWN} AND {_NEW} AND n.message_id = o.message_id AND b.umid <> b.provider_message_id
    RETURNING o.account_id, o.message_id, n.created_at, b.provider_message_id
)
UPDATE log_message m SET provider_message_id = f.provider_message_id
FROM freed f WHERE m.account_id = f.account_id AND m.created_at = f.created_at AND m.id = f.message_id
"""  # noqa: S608
_TWICE = f"""
SELECT b.account_id, b.provider, b.umid, b.provider_message_id, o.message_id, o.created_at, n.message_id, n.created_at
FROM {_ASKED} JOIN log_anchor o ON {_OWN} JOIN log_anchor n ON {_NEW} AND n.message_id <> o.message_id
ORDER BY 1, 2, 4 FOR UPDATE OF o, n
"""  # noqa: S608
# A message that was deleted before its provider named it: what counts for it is found under the provider's id, too.
_DELETED = f"""
UPDATE log_deleted d
SET message_key = md5(b.account_id || ':' || b.provider || ':' || b.provider_message_id)::uuid FROM {_ASKED}
WHERE d.message_key = md5(b.account_id || ':' || b.provider || ':' || b.umid)::uuid AND NOT EXISTS (
    SELECT FROM log_deleted o
    WHERE o.message_key = md5(b.account_id || ':' || b.provider || ':' || b.provider_message_id)::uuid
)
"""  # noqa: S608


def assign_provider_ids(bindings: Sequence[Binding]) -> None:
    """Give messages the ids by which their provider knows them. Repeating it changes nothing.

    A UMID that the log does not know, or knows under the provider's id already, is passed over; of a message that was
    deleted, what still counts gets the id.
    """
    if not bindings:
        return
    asked = [list(column) for column in zip(*bindings, strict=True)]
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(_ANCHOR, asked)
        cursor.execute(_NAME, asked)
        cursor.execute(_DELETED, asked)
        cursor.execute(_TWICE, asked)
        for row in cursor.fetchall():
            _absorb(cursor, Binding(*row[:4]), *row[4:])


def learn_provider_ids(bindings: Sequence[Binding]) -> None:
    """Assign the ids of messages that webhooks named by our reference, and notify `webhook_id_listeners`."""
    if not bindings:
        return
    assign_provider_ids(bindings)
    for listener in webhook_id_listeners:
        listener(bindings)


_GONE = f"""
WITH gone AS (
    DELETE FROM log_message WHERE account_id = %(account)s AND created_at = %(other_at)s AND id = %(other)s
    RETURNING *
), uncounted AS (
    INSERT INTO changed_batch (message_id, account_id, was_created_at, was_subaccount_id, was_phone_number_id,
        was_direction, was_category, was_status, was_pricing_type, was_template_id, was_country, was_error_source,
        was_error_code)
    SELECT id, account_id, created_at, subaccount_id, phone_number_id, direction, category, status, pricing_type,
        template_id, country, error_source, error_code FROM gone
)
INSERT INTO change_batch (account_id, provider, provider_message_id, message_key, umid, direction, message_id, known_at,
    created_at, waba_id, {", ".join(MERGE_COLUMNS)}, {", ".join(TIMES)}, category_key, detail_key, error_key, proof_id)
SELECT account_id, provider, provider_message_id, %(key)s, umid, direction, %(own)s, %(own_at)s,
    LEAST(created_at, %(own_at)s), (SELECT waba_id FROM log_phonenumber p WHERE p.id = phone_number_id),
    {", ".join(MERGE_COLUMNS)}, {", ".join(TIMES)}, ARRAY[category_rank::text, category, pricing_type],
    CASE WHEN detail_rank > 0 THEN ARRAY[detail_rank::text, status_detail] END,
    CASE WHEN error_code IS NOT NULL
        THEN ARRAY[error_code::text, error_source, error_title, coalesce(provider_error_code::text, '')] END,
    (SELECT webhook_id FROM log_statusevent e WHERE e.message_id = %(other)s AND e.at >= %(other_at)s
        AND e.state IN ('delivered', 'read') ORDER BY e.at LIMIT 1)
FROM gone
"""  # noqa: S608
_HISTORY = """
WITH moved AS (
    DELETE FROM log_statusevent WHERE message_id = %(other)s AND at >= %(other_at)s RETURNING *
)
INSERT INTO log_statusevent (account_id, message_id, at, state, detail, error_code, error_title, webhook_id,
    webhook_received_at)
SELECT account_id, %(own)s, at, state, detail, error_code, error_title, webhook_id, webhook_received_at
FROM moved ON CONFLICT DO NOTHING
"""
_PAPERS = """
UPDATE log_payload SET message_id = %(own)s WHERE message_id = %(other)s AND created_at >= %(other_at)s
"""
_PLACE = """
UPDATE log_anchor SET message_id = %(own)s, created_at = LEAST(%(own_at)s, %(other_at)s)
WHERE account_id = %(account)s AND provider = %(provider)s AND provider_message_id = %(provider_message_id)s
"""
_FREE = """
DELETE FROM log_anchor
WHERE account_id = %(account)s AND provider = %(provider)s AND provider_message_id = %(umid)s
"""
_RENAME = """
UPDATE log_message SET provider_message_id = %(provider_message_id)s
WHERE account_id = %(account)s AND created_at = %(own_at)s AND id = %(own)s
"""


def _absorb(cursor: Any, asked: Binding, own: int, own_at: datetime, *other: Any) -> None:
    """Make one of two rows: ours, which clients know by its UMID, takes in what webhooks said of the other."""
    about = {
        "account": asked.account_id, "provider": asked.provider, "umid": asked.umid,
        "provider_message_id": asked.provider_message_id,
        "key": key_digits(asked.account_id, asked.provider, asked.provider_message_id),
        "own": own, "own_at": own_at, "other": other[0], "other_at": other[1],
    }  # fmt: skip
    cursor.execute(CREATE_TABLES)
    for statement in (_GONE, _HISTORY, _PAPERS, _PLACE, _FREE, _RENAME):
        cursor.execute(statement, about)
    backfill(cursor, [own], min(own_at, other[1]))
    cursor.execute(UPDATE)
    cursor.execute(COUNT)
    cursor.execute(SELECT_USAGE)
    record_usage([Usage(*row) for row in cursor.fetchall()])


# --- Remarks and papers ----------------------------------------------------------------------------------------------
_REMARK = """
UPDATE log_message m SET source_id = coalesce(b.source_id, m.source_id),
    recipient_type = coalesce(nullif(b.recipient_type, ''), m.recipient_type),
    response_code = coalesce(b.response_code, m.response_code)
FROM unnest(%s::bigint[], %s::text[], %s::text[], %s::bigint[], %s::text[], %s::smallint[])
    b (account_id, provider, provider_message_id, source_id, recipient_type, response_code)
JOIN log_anchor a USING (account_id, provider, provider_message_id)
WHERE m.account_id = a.account_id AND m.created_at = a.created_at AND m.id = a.message_id
"""
_KEEP = """
INSERT INTO log_payload (account_id, message_id, created_at, kind, body)
SELECT a.account_id, a.message_id, b.at, b.kind, b.body
FROM unnest(%s::bigint[], %s::text[], %s::text[], %s::text[], %s::timestamptz[], %s::jsonb[])
    b (account_id, provider, provider_message_id, kind, at, body)
JOIN log_anchor a USING (account_id, provider, provider_message_id) ON CONFLICT DO NOTHING
"""


def set_attributes(remarks: Sequence[MessageAttributes]) -> None:
    """Write down what is known of messages in the log; those that are not there are passed over."""
    if remarks:
        with connection.cursor() as cursor:
            cursor.execute(_REMARK, [list(column) for column in zip(*remarks, strict=True)])


def store_payloads(papers: Sequence[StoredPayload]) -> None:
    """Keep requests and responses with their messages; the same one twice is one."""
    if not papers:
        return
    columns = [list(column) for column in zip(*papers, strict=True)]
    columns[3] = [str(kind) for kind in columns[3]]
    columns[5] = [_json(body) for body in columns[5]]
    with connection.cursor() as cursor:
        cursor.execute(_KEEP, columns)


def _json(body: Any) -> str:
    """JSON of what PostgreSQL gave back, whose numbers may be of any size: a provider's 1e300 is an integer there."""
    try:
        return orjson.dumps(body).decode()
    except TypeError:
        return json.dumps(body)
