"""How the columns of records merge, and the SQL for it.

Every merge is a least or a greatest, so any order and repetition of the same events ends in the same row. `r` is the
row, `EXCLUDED` the change from a batch, `e` an event of it.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum


class Merge(Enum):
    """How two values of a column merge. A value beats none: a null, or an empty text."""

    KEY = "key"
    LEAST = "least"
    GREATEST = "greatest"
    LATEST = "latest"  # those of the event with the greatest time; see `Latest`


@dataclass(frozen=True)
class Column:
    """A column of a record. `personal` ones are emptied by an erasure and stay empty."""

    name: str
    sql_type: str
    merge: Merge = Merge.GREATEST
    personal: bool = False
    latest: tuple[str, ...] = ()
    """The columns that are chosen together with it, the time first."""


TIME, TEXT, ID, INTEGER, NUMERIC, JSON = "timestamptz", "text", "bigint", "integer", "numeric", "jsonb"
_LOWEST = {TIME: "'-infinity'", TEXT: "''", INTEGER: "-2147483648", NUMERIC: "-1"}


def latest(*columns: tuple[str, str], personal: str = "") -> tuple[Column, ...]:
    """Columns with their types that are chosen together, the time first; of the same time, the greatest values.

    `personal` is the name of the one that may identify the person.
    """
    names = tuple(name for name, _ in columns)
    return tuple(Column(name, sql_type, Merge.LATEST, name == personal, names) for name, sql_type in columns)


COMMON = (
    Column("record_key", "uuid", Merge.KEY),
    Column("account_id", ID, Merge.KEY),
    Column("provider", TEXT, Merge.KEY),
    Column("created_at", TIME, Merge.LEAST),
    Column("direction", TEXT, Merge.LEAST),  # inbound, if an event only implies outbound
    Column("subaccount_id", ID),
    Column("msisdn", TEXT, personal=True),
    Column("user_id", TEXT, personal=True),
    Column("country", TEXT),
    *latest(
        ("error_at", TIME),
        ("error_source", TEXT),
        ("error_code", INTEGER),
        ("error_title", TEXT),
        personal="error_title",  # the provider's text may identify the person
    ),
)


def reduce_column(column: Column, columns: Sequence[Column]) -> str:
    """The value of a batch's events for one record."""
    name = f"e.{column.name}"
    if column.merge == Merge.KEY:
        return name
    if column.merge == Merge.LATEST:
        order = ", ".join(f"{key} DESC" for key in _keys("e", column, columns))
        return f"(array_agg({name} ORDER BY {order}))[1]"
    if column.sql_type == JSON:
        return f"(array_agg({name} ORDER BY {name} DESC NULLS LAST))[1]"
    if column.merge == Merge.LEAST:
        return f"coalesce(min({_present(column, 'e')}), '')" if column.sql_type == TEXT else f"min({name})"
    return f"max({_collated(column, name)})"


def merge_column(column: Column, columns: Sequence[Column]) -> str:
    """The value of an existing row after the change. An erased row takes no personal data."""
    value = _merge_values(column, columns)
    return f"CASE WHEN r.erased_at IS NULL THEN {value} ELSE r.{column.name} END" if column.personal else value


def _merge_values(column: Column, columns: Sequence[Column]) -> str:
    if column.merge == Merge.LATEST:
        mine, others = (", ".join(_keys(row, column, columns)) for row in ("r", "EXCLUDED"))
        return f"CASE WHEN ({others}) > ({mine}) THEN EXCLUDED.{column.name} ELSE r.{column.name} END"
    if column.merge == Merge.LEAST and column.sql_type == TEXT:
        return f"coalesce(LEAST({_present(column, 'r')}, {_present(column, 'EXCLUDED')}), '')"
    function = column.merge.name
    return f"{function}({', '.join(_collated(column, f'{row}.{column.name}') for row in ('r', 'EXCLUDED'))})"


def _keys(row: str, column: Column, columns: Sequence[Column]) -> list[str]:
    """The values by which columns are chosen together, each in a fixed order and without nulls."""
    types = {each.name: each.sql_type for each in columns}
    keys = [f"coalesce({row}.{name}, {_LOWEST[types[name]]})" for name in column.latest]
    return [f'{key} COLLATE "C"' if types[name] == TEXT else key for name, key in zip(column.latest, keys, strict=True)]


def _collated(column: Column, value: str) -> str:
    return f'{value} COLLATE "C"' if column.sql_type == TEXT else value


def _present(column: Column, row: str) -> str:
    return f"nullif({row}.{column.name}, '') COLLATE \"C\""
