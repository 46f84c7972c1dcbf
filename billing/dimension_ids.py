"""The ids of buckets and kinds: each distinct combination gets one row when it first occurs."""

from collections.abc import Iterable
from typing import Any

from django.db import connection

from billing.accrual import BucketKey, KindKey


class _KeyTable:
    """The statements of a table that gives each distinct key an id: select ids, insert missing keys."""

    def __init__(self, table: str, columns: dict[str, str], *, unique: int, fixed: dict[str, str]) -> None:
        names = ", ".join(columns)
        keys_table = f"unnest({', '.join(f'%s::{kind}[]' for kind in columns.values())}) AS key ({names})"
        same = " AND ".join(f"d.{name} = key.{name}" for name in list(columns)[:unique])
        self.select = f"SELECT d.id, key.* FROM {keys_table} JOIN {table} d ON {same}"  # noqa: S608
        self.insert = (
            f"INSERT INTO {table} ({', '.join([names, *fixed])}) "  # noqa: S608
            f"SELECT {', '.join(['key.*', *fixed.values()])} FROM {keys_table} "
            f"ORDER BY {', '.join(list(columns)[:unique])} ON CONFLICT DO NOTHING"
        )


_BUCKETS = _KeyTable(
    "billing_bucket",
    dict(zip(BucketKey._fields, ("bigint", "text", "bigint", "text", "date", "int"), strict=True)),
    unique=5, fixed={"problem": "''"},
)  # fmt: skip
_KINDS = _KeyTable(
    "billing_usagekind",
    dict(zip(KindKey._fields, ("bigint",) * 5 + ("text",) * 3 + ("boolean",) + ("text",) * 8, strict=True)),
    unique=len(KindKey._fields), fixed={},
)  # fmt: skip


def bucket_ids(keys: Iterable[BucketKey]) -> dict[BucketKey, int]:
    """The id of each bucket; creates missing buckets."""
    return {BucketKey(*key): pk for key, pk in _ids(_BUCKETS, set(keys)).items()}


def kind_ids(keys: Iterable[KindKey]) -> dict[KindKey, int]:
    """The id of each kind; creates missing kinds."""
    return {KindKey(*key): pk for key, pk in _ids(_KINDS, set(keys)).items()}


def _ids(table: _KeyTable, keys: set[Any]) -> dict[tuple[Any, ...], int]:
    """The id of each key; inserts missing keys. Selecting first saves sequence values, as most keys exist."""
    with connection.cursor() as cursor:
        ids = _select_ids(cursor, table, keys)
        if missing := keys - ids.keys():
            # In a fixed order, so that workers inserting the same keys wait for each other instead of deadlocking.
            cursor.execute(table.insert, columns_of(missing))
            ids |= _select_ids(cursor, table, missing)
    return ids


def _select_ids(cursor: Any, table: _KeyTable, keys: set[Any]) -> dict[tuple[Any, ...], int]:
    cursor.execute(table.select, columns_of(keys))
    return {row[1:]: row[0] for row in cursor.fetchall()}


def columns_of(keys: Iterable[Any]) -> list[list[Any]]:
    """Rows as columns, for unnest()."""
    return [list(column) for column in zip(*keys, strict=True)]
