"""The statements that apply a batch of events, in their order. `RETURNING old` and `new` need PostgreSQL 18."""

from collections.abc import Iterable, Sequence

from messaging.log.enums import CategoryRank
from messaging.log.lifecycle.columns import (
    COLUMNS,
    DELIVERY_STATES,
    IDENTITY,
    KEY,
    MERGED,
    RANKINGS,
    Column,
    Merge,
    Ranking,
    WhenDeleted,
    sql_list,
)
from messaging.log.lifecycle.sql.expressions import (
    initial_value,
    merge_column,
    merge_ranking,
    ranking_of,
    reduce_column,
    reduce_ranking,
)
from messaging.log.lifecycle.sql.tables import tracked_values
from providers.events import EDIT_STATES, EDITED

_KEY = sql_list(KEY)
IS_EDIT = f"state IN {EDIT_STATES}"
IS_DELIVERY = f"state IN ({', '.join(repr(state) for state in DELIVERY_STATES)})"


def same_key(left: str, right: str) -> str:
    """SQL: whether two rows belong to the same message."""
    return f"({sql_list(KEY, left)}) = ({sql_list(KEY, right)})"


_REDUCE = f"""
INSERT INTO change_batch ({sql_list(IDENTITY)}, message_id, {sql_list(column.name for column in MERGED)},
    {sql_list(ranking.values for ranking in RANKINGS)}, waba_id, webhook_id)
SELECT {sql_list(IDENTITY)}, nextval('log_message_id_seq'), {sql_list(reduce_column(column) for column in MERGED)},
    {sql_list(reduce_ranking(ranking) for ranking in RANKINGS)}, max(waba_id),
    (array_agg(webhook_id ORDER BY at, webhook_id) FILTER (WHERE {IS_DELIVERY}))[1]
FROM event_batch GROUP BY {sql_list(IDENTITY)}
"""

# The key order makes two workers wait for each other instead of deadlocking.
_ANCHOR = f"""
INSERT INTO log_anchor ({_KEY}, message_id, created_at)
SELECT {_KEY}, message_id, created_at FROM change_batch ORDER BY {_KEY} ON CONFLICT DO NOTHING
"""

# A statement of its own: only a new snapshot sees the message that another worker committed while we waited above.
_FIND_EXISTING = f"""
UPDATE change_batch c
SET message_id = existing.message_id, existing_at = existing.created_at,
    created_at = LEAST(c.created_at, existing.created_at)
FROM (
    SELECT a.* FROM log_anchor a JOIN change_batch b USING ({_KEY})
    WHERE a.message_id <> b.message_id ORDER BY {_KEY} FOR UPDATE OF a
) existing
WHERE {same_key("c", "existing")}
"""

# After the anchors: it also finds a message that was deleted while we waited for its anchor. A deleted message's new
# anchor is dropped, because the provider's id may contain a phone number.
_FIND_DELETED = """
UPDATE change_batch c SET message_id = d.message_id, existing_at = d.created_at,
    created_at = LEAST(c.created_at, d.created_at), deleted = true
FROM log_deleted d WHERE d.message_key = c.message_key
"""
_DROP_ANCHORS = f"DELETE FROM log_anchor a USING change_batch c WHERE c.deleted AND {same_key('a', 'c')}"

# An edit is no message: one whose original is not in the log leaves no trace there. The anchor that it holds until the
# commit orders it before or after a concurrent webhook of the original.
TAKE_EARLY_EDITS = f"""
WITH early AS (
    DELETE FROM change_batch c WHERE c.existing_at IS NULL AND NOT c.deleted AND NOT EXISTS (
        SELECT FROM event_batch e WHERE {same_key("e", "c")} AND NOT e.{IS_EDIT}
    ) RETURNING {_KEY}
), anchor AS (DELETE FROM log_anchor a USING early WHERE {same_key("a", "early")}
), event AS (DELETE FROM event_batch e USING early WHERE {same_key("e", "early")}
)
SELECT {_KEY} FROM early
"""

_MOVE_ANCHORS = f"""
UPDATE log_anchor a SET created_at = c.created_at FROM change_batch c
WHERE c.created_at < c.existing_at AND {same_key("a", "c")}
"""


def _insert(columns: Iterable[Column]) -> str:
    """The statement that inserts new messages and records their tracked values."""
    values = {column.name: initial_value(column) for column in columns}
    return f"""
WITH inserted AS (
    INSERT INTO log_message (id, {sql_list(values)})
    SELECT c.message_id, {sql_list(values.values())} FROM change_batch c WHERE c.existing_at IS NULL
    RETURNING id, account_id, {tracked_values("new")}
)
INSERT INTO changed_batch SELECT * FROM inserted
"""


def _update(table: str, columns: Sequence[Column], message_id: str, where: str) -> str:
    """The statement that merges changes into existing messages of a table and records their old and new values."""
    values = {column.name: merge_column(column) for column in columns}
    single = [column.name for column in columns if not isinstance(column.merge, Ranking)]
    before = [f"m.{name}" for name in single] + [ranking_of(ranking, "m") for ranking in RANKINGS]
    after = [values[name] for name in single] + [merge_ranking(ranking) for ranking in RANKINGS]
    return f"""
WITH merged AS (
    UPDATE {table} m SET {", ".join(f"{name} = {value}" for name, value in values.items())}
    FROM change_batch c
    WHERE {where} AND ({sql_list(before)}) IS DISTINCT FROM ({sql_list(after)})
    RETURNING m.{message_id}, m.account_id, {tracked_values("new")}, {tracked_values("old")}
)
INSERT INTO changed_batch SELECT * FROM merged
"""


_MERGING = tuple(
    column for column in COLUMNS if isinstance(column.merge, Ranking) or column.merge in {Merge.LEAST, Merge.GREATEST}
)
_INSERT = _insert(column for column in COLUMNS if column.merge != Merge.GENERATED)
UPDATE = _update(
    "log_message", _MERGING, "id",
    "c.existing_at IS NOT NULL AND "
    "m.account_id = c.account_id AND m.created_at = c.existing_at AND m.id = c.message_id",
)  # fmt: skip
_UPDATE_DELETED = _update(
    "log_deleted", [column for column in _MERGING if column.when_deleted == WhenDeleted.KEPT], "message_id",
    "c.deleted AND m.message_key = c.message_key",
)  # fmt: skip

_ADD_HISTORY = f"""
INSERT INTO log_statusevent (
    account_id, message_id, at, state, detail, error_code, error_title, pricing, webhook_id, webhook_received_at
)
SELECT e.account_id, c.message_id, e.at, e.state, e.detail, coalesce(e.error_code, 0), e.error_title,
    CASE WHEN e.category_rank <= {CategoryRank.REPORTED:d} THEN e.category || '/' || e.pricing_type ELSE '' END,
    e.webhook_id, e.webhook_received_at
FROM event_batch e JOIN change_batch c USING ({_KEY}) WHERE NOT c.deleted ORDER BY e.webhook_id
ON CONFLICT DO NOTHING
"""
_ADD_CONTENT = f"""
INSERT INTO log_payload (account_id, message_id, created_at, kind, body)
SELECT e.account_id, c.message_id, CASE e.state WHEN '{EDITED}' THEN e.at ELSE c.created_at END,
    CASE e.state WHEN '{EDITED}' THEN 'edit' ELSE 'content' END, e.content
FROM event_batch e JOIN change_batch c USING ({_KEY}) WHERE e.content IS NOT NULL AND NOT c.deleted
ON CONFLICT DO NOTHING
"""

FIND_MESSAGES = (_REDUCE, _ANCHOR, _FIND_EXISTING, _FIND_DELETED, _DROP_ANCHORS)
MERGE_EVENTS = (_MOVE_ANCHORS, _INSERT, UPDATE, _UPDATE_DELETED, _ADD_HISTORY, _ADD_CONTENT)
SELECT_DELETED = f"SELECT {_KEY} FROM change_batch WHERE deleted"
