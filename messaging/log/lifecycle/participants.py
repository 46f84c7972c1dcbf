"""The participants of messages to groups: each has a status, an error, a category and a charge of their own."""

import hashlib
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

import orjson

from billing.services import DeliveredMessage, record_usage, remove_usage
from core.spellings import standard
from messaging.log.enums import CategoryRank
from messaging.log.lifecycle.columns import (
    CATEGORY,
    COLUMNS,
    DELIVERY_STATES,
    ERROR,
    EVENT_COLUMNS,
    ranked_by,
    sql_list,
)
from messaging.log.lifecycle.sql.expressions import initial_value, merge_excluded, reduce_column, reduce_ranking
from messaging.log.lifecycle.sql.statements import IS_DELIVERY

_PERSONAL = ("msisdn", "user_id", "error_title")
_MERGED = ("msisdn", "user_id", "country", "sent_at", "delivered_at", "read_at", "failed_at")
_RANKINGS = (CATEGORY, ERROR)
PARTICIPANT_COLUMNS = (
    *(column for column in COLUMNS if column.name in _MERGED),
    *(column for ranking in _RANKINGS for column in ranked_by(ranking)),
)
"""The columns that a participant has in common with a message, and merges in the same way."""


class ParticipantKey(NamedTuple):
    """A participant's key, and what they have with all others of the message; in the order of participant_batch."""

    participant_key: str
    message_id: int
    created_at: datetime
    erased: bool


_KEY_TYPES = {"participant_key": "uuid", "message_id": "bigint", "created_at": "timestamptz", "erased": "boolean"}
_OF_EVENTS = {"account_id", "state", "at", "webhook_id", *(column.name for column in PARTICIPANT_COLUMNS)}
PARTICIPANT_EVENT_COLUMNS = tuple(column for column in EVENT_COLUMNS if column.name in _OF_EVENTS)
"""The columns of an event about a participant."""
_BATCH_COLUMNS = {column.name: column.sql_type for column in PARTICIPANT_EVENT_COLUMNS} | _KEY_TYPES
_CREATE = f"""
CREATE TEMPORARY TABLE IF NOT EXISTS participant_batch (
    {", ".join(f"{name} {sql_type}" for name, sql_type in _BATCH_COLUMNS.items())}
);
TRUNCATE participant_batch;
"""
_COPY = f"COPY participant_batch ({sql_list(_BATCH_COLUMNS)}) FROM STDIN"
_NAMES = ("participant_key", "account_id", "message_id", "created_at", "erased")


def _value(name: str, sql: str, erased: str) -> str:
    return f"CASE WHEN {erased} THEN '' ELSE {sql} END" if name in _PERSONAL else sql


_MERGED_NAMES = sql_list(column.name for column in PARTICIPANT_COLUMNS)
_INSERT = f"INSERT INTO log_participant AS m ({sql_list(_NAMES)}, {_MERGED_NAMES})"
_OR_MERGE = f"""ON CONFLICT (participant_key) DO UPDATE SET
    {", ".join(f"{c.name} = {_value(c.name, merge_excluded(c), 'm.erased')}" for c in PARTICIPANT_COLUMNS)}
"""
_UPSERT = f"""
{_INSERT}
SELECT {sql_list(_NAMES)},
    {sql_list(_value(column.name, initial_value(column), "erased") for column in PARTICIPANT_COLUMNS)}
FROM (
    SELECT participant_key, account_id, message_id, min(created_at) AS created_at, bool_or(erased) AS erased,
        {sql_list(f"{reduce_column(c)} AS {c.name}" for c in PARTICIPANT_COLUMNS if c.name in _MERGED)},
        {sql_list(f"{reduce_ranking(ranking)} AS {ranking.values}" for ranking in _RANKINGS)}
    FROM participant_batch GROUP BY participant_key, account_id, message_id
) c
{_OR_MERGE}
"""  # noqa: S608 - every name is a constant of this package
_UNITE = f"""
WITH other AS (
    DELETE FROM log_participant p USING unnest(%s::uuid[], %s::uuid[]) k (kept, other)
    WHERE p.participant_key = k.other RETURNING k.kept, p.*
)
{_INSERT}
SELECT kept, {sql_list(_NAMES[1:])}, {_MERGED_NAMES} FROM other
{_OR_MERGE}
"""  # noqa: S608
_SELECT_NEW_GROUPS = """
SELECT c.message_key FROM changed_batch d JOIN change_batch c USING (message_id)
WHERE d.group_id <> '' AND d.was_group_id = ''
"""
_FOLLOW_MESSAGES = """
UPDATE log_participant p SET created_at = c.created_at FROM change_batch c
WHERE p.message_id = c.message_id AND p.created_at > c.created_at
"""
_DELIVERED_AT = f"LEAST({sql_list(f'p.{state}_at' for state in DELIVERY_STATES)})"
_OF_ALL = "coalesce(m.{0}, d.{0})".format
_USAGE = {
    "message_key": "p.participant_key",
    "billed_at": _DELIVERED_AT,
    "provider": "c.provider",
    "waba_id": "c.waba_id",
    "webhook_id": "b.webhook_id",
    # The category of the message, from other statuses, where it is better proven than the participant's.
    **{
        name: f"CASE WHEN {_OF_ALL('category_rank')} < p.category_rank THEN {_OF_ALL(name)} ELSE p.{name} END"
        for name in ("category", "pricing_type")
    },
    "category_assumed": f"LEAST({_OF_ALL('category_rank')}, p.category_rank) >= {CategoryRank.ASSUMED:d}",
    **{name: _OF_ALL(name) for name in ("subaccount_id", "phone_number_id", "template_id")},
}
# All participants of a changed message, because its number or template may be known only now.
_SELECT_USAGE = f"""
SELECT {sql_list(_USAGE.get(name, f"p.{name}") for name in DeliveredMessage._fields)}
FROM change_batch c JOIN log_participant p ON p.message_id = c.message_id
LEFT JOIN log_message m ON (m.account_id, m.created_at, m.id) = (c.account_id, c.created_at, c.message_id)
LEFT JOIN log_deleted d ON d.message_key = c.message_key
LEFT JOIN (
    SELECT participant_key, (array_agg(webhook_id ORDER BY at, webhook_id))[1] AS webhook_id
    FROM participant_batch WHERE {IS_DELIVERY} GROUP BY participant_key
) b USING (participant_key)
WHERE {_DELIVERED_AT} IS NOT NULL ORDER BY p.participant_key
"""  # noqa: S608
_MOVE = "UPDATE log_participant SET message_id = %(own_id)s WHERE message_id = %(other_id)s"
_SELECT_NAMES = "SELECT participant_key, message_id, msisdn, user_id FROM log_participant WHERE message_id = ANY(%s)"
_ERASE = f"""
UPDATE log_participant p SET {", ".join(f"{name} = ''" for name in _PERSONAL)}, erased = true,
    erased_keys = array_cat(p.erased_keys, k.erased_keys)
FROM jsonb_to_recordset(%s::jsonb) k (participant_key uuid, erased_keys uuid[])
WHERE p.participant_key = k.participant_key AND p.account_id = %s
"""  # noqa: S608
# The provider's text about a participant is in the history of the message too.
_ERASE_PERSON = f"""
WITH erased AS ({_ERASE} RETURNING p.account_id, p.message_id, p.created_at),
history AS (
    UPDATE log_statusevent e SET error_title = '' FROM erased
    WHERE e.message_id = erased.message_id AND e.at >= erased.created_at
),
message AS (
    UPDATE log_message m SET error_title = '' FROM erased
    WHERE (m.account_id, m.created_at, m.id) = (erased.account_id, erased.created_at, erased.message_id)
)
SELECT count(*) FROM erased
"""  # noqa: S608


def merge_participants(cursor: Any, rows: Iterable[tuple[object, ...]]) -> None:
    """Merge rows of PARTICIPANT_EVENT_COLUMNS, each followed by its ParticipantKey, into the participants."""
    cursor.execute(_CREATE)
    with cursor.copy(_COPY) as copy:
        for row in rows:
            copy.write_row(row)
    cursor.execute(_UPSERT)


def unite_participants(cursor: Any, others: Mapping[str, str]) -> None:
    """Make one of two participants who proved to be the same person: by the key that goes, the key that stays."""
    if others:
        cursor.execute(_UNITE, [list(others.values()), list(others)])
        remove_usage([UUID(key) for key in others])


def record_participants(cursor: Any) -> None:
    """Record the deliveries to the participants of the messages in change_batch.

    Removes what was recorded for the message itself before its group was known.
    """
    cursor.execute(_SELECT_NEW_GROUPS)
    remove_usage([key for (key,) in cursor.fetchall()])
    cursor.execute(_FOLLOW_MESSAGES)
    cursor.execute(_SELECT_USAGE)
    record_usage([DeliveredMessage(*row) for row in cursor.fetchall()])


def move_participants(cursor: Any, own_id: int, other_id: int) -> None:
    """Make the participants of one message those of another, which is the same message."""
    cursor.execute(_MOVE, {"own_id": own_id, "other_id": other_id})
    if cursor.rowcount:
        merge_participants(cursor, ())
        record_participants(cursor)


def participant_key(message_digits: str, name: str) -> str:
    """The key of a message's participant: `message_digits` are those of its key, `name` a number or user id."""
    return hashlib.md5(f"{message_digits}:{name}".encode(), usedforsecurity=False).hexdigest()


def standard_names(msisdn: str, user_id: str) -> tuple[str, ...]:
    """The names of a participant that are known, the number in the spelling that stands for all."""
    return tuple(name for name in (standard(msisdn) if msisdn else "", user_id) if name)


def erase_participants(cursor: Any, account_id: int, messages: Mapping[int, str]) -> None:
    """Remove who the participants of these messages were, by the digits of the messages' keys; their costs stay."""
    cursor.execute(_SELECT_NAMES, [list(messages)])
    keys = {
        key: [participant_key(messages[message_id], name) for name in standard_names(*names)]
        for key, message_id, *names in cursor.fetchall()
    }
    if keys:
        cursor.execute(_ERASE, [_erased_rows(keys), account_id])


def erase_person(cursor: Any, account_id: int, keys: Mapping[UUID, Iterable[str]]) -> int:
    """Remove these participants of messages to groups, which stay. Returns the number of messages.

    `keys` are those that each would have by another name of the person.
    """
    cursor.execute(_ERASE_PERSON, [_erased_rows(keys), account_id])
    return int(cursor.fetchone()[0])


def _erased_rows(keys: Mapping[UUID, Iterable[str]]) -> str:
    rows = [{"participant_key": key, "erased_keys": list(others)} for key, others in keys.items()]
    return orjson.dumps(rows).decode()
