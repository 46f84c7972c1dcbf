"""Merges the events of a batch into the rows of records, in one statement."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from functools import cache
from typing import Any, NamedTuple
from uuid import UUID

import orjson
from django.db import connection

from messaging.log.directory import Placement
from messaging.log.models.message_key import message_key
from messaging.records.columns import Column, Merge, merge_column, reduce_column
from messaging.records.models import Record
from providers.events import CallEvent, LegEvent

EventValues = Mapping[str, Any]
"""The values of one event by column."""


class RecordReport(NamedTuple):
    """An event with its origin: account, provider, and the inbox row of its webhook."""

    account_id: int
    provider: str
    event: CallEvent | LegEvent
    placement: Placement
    webhook_id: int | None = None
    received_at: datetime | None = None


def record_key(account_id: int, provider: str, *parts: str) -> UUID:
    """The key of a record, from the provider's id and what else identifies it."""
    return message_key(account_id, provider, "/".join(parts))


def merge(model: type[Record], columns: tuple[Column, ...], rows: Sequence[EventValues]) -> list[int]:
    """Insert or merge rows in the caller's transaction. Returns the ids of new and changed records.

    Rows are locked in the order of their keys, so that two workers wait for each other instead of deadlocking.
    """
    if not rows:
        return []
    with connection.cursor() as cursor:
        cursor.execute(_statement(model._meta.db_table, columns), [orjson.dumps(rows, default=str).decode()])
        return [pk for (pk,) in cursor.fetchall()]


@cache
def _statement(table: str, columns: tuple[Column, ...]) -> str:
    names = ", ".join(column.name for column in columns)
    types = ", ".join(f"{column.name} {column.sql_type}" for column in columns)
    values = ", ".join(f"{reduce_column(column, columns)} AS {column.name}" for column in columns)
    keys = ", ".join(f"e.{column.name}" for column in columns if column.merge == Merge.KEY)
    others = [column for column in columns if column.merge != Merge.KEY]
    before = ", ".join(f"r.{column.name}" for column in others)
    after = [merge_column(column, columns) for column in others]
    assignments = ", ".join(f"{column.name} = {value}" for column, value in zip(others, after, strict=True))
    return f"""
WITH change AS (
    SELECT {values} FROM jsonb_to_recordset(%s::jsonb) AS e ({types}) GROUP BY {keys}
)
INSERT INTO {table} AS r ({names}) SELECT {names} FROM change ORDER BY record_key
ON CONFLICT (record_key) DO UPDATE SET {assignments}
WHERE ({before}) IS DISTINCT FROM ({", ".join(after)})
RETURNING r.id
"""  # noqa: S608 - every name is a constant of a declaration
