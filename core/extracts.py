"""Data for a file: one SELECT with typed columns, which PostgreSQL itself writes to the file."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

import orjson
from django.db import connection
from django.db.models import Expression, F, Func, QuerySet, Subquery

from core.masking import mask_message_id_sql
from core.numbers import mask_number_sql


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


def select_as(rows: QuerySet[Any], expressions: Mapping[str, Expression | F | Subquery], limit: int | None) -> str:
    """The statement that selects expressions of a query's rows under these names."""
    # A field of the model cannot be an alias of its own, so every alias gets its name outside.
    aliases = {f"x{index}": expression for index, expression in enumerate(expressions.values())}
    named = rows.annotate(**aliases).values_list(*aliases)
    sql = inline_params(*(named[:limit] if limit is not None else named).query.sql_with_params())
    columns = ", ".join(f'x{index} AS "{name}"' for index, name in enumerate(expressions))
    return f"SELECT {columns} FROM ({sql}) named"  # noqa: S608 - names of fields are ours


class MaskedNumber(Func):
    """A person's number or id, masked."""

    def as_sql(self, compiler: Any, connection: Any, **_: Any) -> tuple[str, Any]:  # type: ignore[override]
        """The column's own SQL inside the rule for masks."""
        sql, params = compiler.compile(self.source_expressions[0])
        return self.mask_sql(sql).replace("%", "%%"), params

    def mask_sql(self, column: str) -> str:
        """SQL of the masked column."""
        return mask_number_sql(column)


class MaskedMessageId(MaskedNumber):
    """A provider's message id, which can hold a person's number, masked."""

    def mask_sql(self, column: str) -> str:
        """SQL of the masked column."""
        return mask_message_id_sql(column)


_CASTS = {ColumnType.NUMBER: "::bigint", ColumnType.AMOUNT: "::numeric", ColumnType.MOMENT: "::timestamptz"}


def extract_rows(columns: Mapping[str, ColumnType], rows: Sequence[Sequence[Any]]) -> Extract:
    """The extract of rows that are already in memory, such as those of a report; None is an empty cell."""
    cells = ", ".join(
        f'(row ->> {index}){_CASTS.get(type_, "")} AS "{name}"' for index, (name, type_) in enumerate(columns.items())
    )
    data = orjson.dumps(rows, default=str).decode()
    source = inline_params("jsonb_array_elements(%s::jsonb) WITH ORDINALITY AS data (row, position)", [data])
    return Extract(f"SELECT {cells} FROM {source} ORDER BY position")  # noqa: S608 - names of columns are ours
