"""Data for a file: one SELECT with typed columns, which PostgreSQL itself writes to the file."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

import orjson
from django.db import connection


class ColumnType(StrEnum):
    """The type of a column decides how each format writes it. An `ID` is a UUID, a `CODE` one of our enum values."""

    TEXT = "text"
    ID = "id"
    CODE = "code"
    NUMBER = "number"
    AMOUNT = "amount"
    MOMENT = "moment"
    DAY = "day"


@dataclass(frozen=True)
class Extract:
    """A complete statement, parameters included; its columns are the requested names, in their order."""

    sql: str


def inline_params(sql: str, params: Sequence[Any] | Mapping[str, Any]) -> str:
    """The statement with its parameters in it, quoted by the driver, for use inside other statements."""
    with connection.cursor() as cursor:
        return str(cursor.mogrify(sql, params))


_CASTS = {ColumnType.NUMBER: "::bigint", ColumnType.AMOUNT: "::numeric", ColumnType.MOMENT: "::timestamptz"}


def extract_rows(columns: Mapping[str, ColumnType], rows: Sequence[Sequence[Any]]) -> Extract:
    """The extract of rows that are already in memory, such as those of a report; None is an empty cell."""
    cells = ", ".join(
        f'(row ->> {index}){_CASTS.get(type_, "")} AS "{name}"' for index, (name, type_) in enumerate(columns.items())
    )
    data = orjson.dumps(rows, default=str).decode()
    source = inline_params("jsonb_array_elements(%s::jsonb) WITH ORDINALITY AS data (row, position)", [data])
    return Extract(f"SELECT {cells} FROM {source} ORDER BY position")  # noqa: S608 - names of columns are ours
