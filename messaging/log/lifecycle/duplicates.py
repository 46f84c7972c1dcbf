"""Merges two rows of one message.

Our row was logged under the UMID when the message was accepted for sending. The other row is from a webhook that used
the provider's id before we knew it.
"""

from datetime import datetime
from typing import Any, NamedTuple

from messaging.log.lifecycle.columns import IDENTITY, MERGED, RANKINGS, sql_list
from messaging.log.lifecycle.effects import record_effects
from messaging.log.lifecycle.events import backfill
from messaging.log.lifecycle.participants import move_participants
from messaging.log.lifecycle.sql.expressions import ranking_of
from messaging.log.lifecycle.sql.statements import IS_DELIVERY, UPDATE
from messaging.log.lifecycle.sql.tables import CREATE_TABLES, TRACKED, tracked_values


class Duplicate(NamedTuple):
    """A message with its own row, under the UMID, and the other, under the provider's id."""

    account_id: int
    provider: str
    umid: str
    provider_message_id: str
    own_id: int
    own_at: datetime
    other_id: int
    other_at: datetime


# The other row, as a change of our row.
_CHANGE = {
    **{name: name for name in (*IDENTITY, *(column.name for column in MERGED))},
    **{ranking.values: ranking_of(ranking, "removed") for ranking in RANKINGS},
    "message_id": "%(own_id)s",
    "existing_at": "%(own_at)s",
    "created_at": "LEAST(created_at, %(own_at)s)",
    "waba_id": "(SELECT waba_id FROM log_phonenumber p WHERE p.id = phone_number_id)",
    "webhook_id": f"""(SELECT webhook_id FROM log_statusevent e WHERE e.message_id = %(other_id)s
        AND e.at >= %(other_at)s AND e.{IS_DELIVERY} ORDER BY e.at LIMIT 1)""",  # noqa: S608
}
_REMOVE_OTHER = f"""
WITH removed AS (
    DELETE FROM log_message WHERE account_id = %(account_id)s AND created_at = %(other_at)s AND id = %(other_id)s
    RETURNING *
), uncounted AS (
    INSERT INTO changed_batch (message_id, account_id, {sql_list(f"was_{name}" for name in TRACKED)})
    SELECT id, account_id, {tracked_values("removed")} FROM removed
)
INSERT INTO change_batch ({sql_list(_CHANGE)}) SELECT {sql_list(_CHANGE.values())} FROM removed
"""  # noqa: S608 - every name is a constant of this package
_MOVE_HISTORY = """
WITH moved AS (
    DELETE FROM log_statusevent WHERE message_id = %(other_id)s AND at >= %(other_at)s RETURNING *
)
INSERT INTO log_statusevent (account_id, message_id, at, state, detail, error_code, error_title, pricing, webhook_id,
    webhook_received_at)
SELECT account_id, %(own_id)s, at, state, detail, error_code, error_title, pricing, webhook_id, webhook_received_at
FROM moved ON CONFLICT DO NOTHING
"""
_MOVE_PAYLOADS = """
UPDATE log_payload SET message_id = %(own_id)s WHERE message_id = %(other_id)s AND created_at >= %(other_at)s
"""
_MOVE_ANCHOR = """
UPDATE log_anchor SET message_id = %(own_id)s, created_at = LEAST(%(own_at)s, %(other_at)s)
WHERE account_id = %(account_id)s AND provider = %(provider)s AND provider_message_id = %(provider_message_id)s
"""
_DROP_ANCHOR = """
DELETE FROM log_anchor
WHERE account_id = %(account_id)s AND provider = %(provider)s AND provider_message_id = %(umid)s
"""
_SET_PROVIDER_ID = """
UPDATE log_message SET provider_message_id = %(provider_message_id)s
WHERE account_id = %(account_id)s AND created_at = %(own_at)s AND id = %(own_id)s
"""


def absorb(cursor: Any, duplicate: Duplicate) -> None:
    """Merge the other row into ours, which clients know by its UMID, and delete the other."""
    cursor.execute(CREATE_TABLES)
    for statement in (_REMOVE_OTHER, _MOVE_HISTORY, _MOVE_PAYLOADS, _MOVE_ANCHOR, _DROP_ANCHOR, _SET_PROVIDER_ID):
        cursor.execute(statement, duplicate._asdict())
    backfill(cursor, [duplicate.own_id], min(duplicate.own_at, duplicate.other_at))
    cursor.execute(UPDATE)
    record_effects(cursor)
    move_participants(cursor, duplicate.own_id, duplicate.other_id)
