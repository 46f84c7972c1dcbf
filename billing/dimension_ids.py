"""The ids of buckets and kinds: each distinct combination has one row, made when it is first met."""

from collections.abc import Iterable
from typing import Any

from django.db import connection

from billing.accrual import BucketKey, KindKey


class _Dictionary:
    """Statements over a table that gives each distinct key an id: find known keys, add the others."""

    def __init__(self, table: str, columns: dict[str, str], *, unique: int, fixed: dict[str, str]) -> None:
        names = ", ".join(columns)
        self.given = f"unnest({', '.join(f'%s::{kind}[]' for kind in columns.values())}) AS given ({names})"
        same = " AND ".join(f"d.{name} = given.{name}" for name in list(columns)[:unique])
        self.find = f"SELECT d.id, given.* FROM {self.given} JOIN {table} d ON {same}"  # noqa: S608
        self.add = (
            f"INSERT INTO {table} ({', '.join([names, *fixed])}) "  # noqa: S608
            f"SELECT {', '.join(['given.*', *fixed.values()])} FROM {self.given} "
            f"ORDER BY {', '.join(list(columns)[:unique])} ON CONFLICT DO NOTHING"
        )


_BUCKETS = _Dictionary(
    "billing_bucket",
    dict(zip(BucketKey._fields, ("bigint", "text", "bigint", "text", "date", "int"), strict=True)),
    unique=5, fixed={"problem": "''"},
)  # fmt: skip
_KINDS = _Dictionary(
    "billing_usagekind", dict(zip(KindKey._fields, ("bigint",) * 5 + ("text",) * 9, strict=True)), unique=14, fixed={}
)


def bucket_ids(keys: Iterable[BucketKey]) -> dict[BucketKey, int]:
    """The id of each bucket; made when it is the first time."""
    return {BucketKey(*key): pk for key, pk in _ids(_BUCKETS, set(keys)).items()}


def kind_ids(keys: Iterable[KindKey]) -> dict[KindKey, int]:
    """The id of each kind; made when it is the first time."""
    return {KindKey(*key): pk for key, pk in _ids(_KINDS, set(keys)).items()}


def _ids(dictionary: _Dictionary, keys: set[Any]) -> dict[tuple[Any, ...], int]:
    """The id of each key. Looking first spares the sequence, and most keys are old acquaintances."""
    with connection.cursor() as cursor:
        found = _find(cursor, dictionary, keys)
        if missing := keys - found.keys():
            # In one order, so that two workers that add the same keys wait for each other instead of deadlocking.
            cursor.execute(dictionary.add, columns_of(missing))
            found |= _find(cursor, dictionary, missing)
    return found


def _find(cursor: Any, dictionary: _Dictionary, keys: set[Any]) -> dict[tuple[Any, ...], int]:
    cursor.execute(dictionary.find, columns_of(keys))
    return {row[1:]: row[0] for row in cursor.fetchall()}


def columns_of(keys: Iterable[Any]) -> list[list[Any]]:
    """Rows as columns, for unnest()."""
    return [list(column) for column in zip(*keys, strict=True)]
