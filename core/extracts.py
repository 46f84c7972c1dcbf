"""What leaves as a file: one SELECT with typed columns, which PostgreSQL itself writes out."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

import orjson
from django.db import connection


class Kind(StrEnum):
    """What a column holds, and hence how each format writes it. An `ID` is a UUID, a `CODE` one of our own words."""

    TEXT = "text"
    ID = "id"
    CODE = "code"
    NUMBER = "number"
    AMOUNT = "amount"
    MOMENT = "moment"
    DAY = "day"


@dataclass(frozen=True)
class Extract:
    """A complete statement, parameters and all, whose columns are the names asked for, in their order."""

    sql: str


def literal(sql: str, params: Sequence[Any] | Mapping[str, Any]) -> str:
    """The statement with its parameters in it, quoted by the driver, so that statements can be put together."""
    with connection.cursor() as cursor:
        return str(cursor.mogrify(sql, params))


_CASTS = {Kind.NUMBER: "::bigint", Kind.AMOUNT: "::numeric", Kind.MOMENT: "::timestamptz"}


def of_rows(columns: Mapping[str, Kind], rows: Sequence[Sequence[Any]]) -> Extract:
    """The extract of rows that are in memory already, such as those of a report; None is an empty cell."""
    cells = ", ".join(
        f'(row ->> {place}){_CASTS.get(kind, "")} AS "{name}"' for place, (name, kind) in enumerate(columns.items())
    )
    given = orjson.dumps(rows, default=str).decode()
    source = literal("jsonb_array_elements(%s::jsonb) WITH ORDINALITY AS given (row, place)", [given])
    return Extract(f"SELECT {cells} FROM {source} ORDER BY place")  # noqa: S608 - names of columns are ours
