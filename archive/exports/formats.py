"""How PostgreSQL writes the rows: each column's cell by what it holds and by the format, without a row in Python.

CSV: text that a spreadsheet would run as a formula gets an apostrophe in front. JSON Lines: an object a line, amounts
as texts, which keep their digits. For XLSX, CSV too, without apostrophes and with moments as Excel counts them; the
workbook is made of it afterwards, cell by cell, with text as text.
"""

from collections.abc import Sequence
from typing import Any, Protocol

from django.db import connection, transaction

from archive.enums import Format
from archive.exports.columns import Column
from core.extracts import ColumnType, Extract, inline_params

# What Excel, LibreOffice and Google Sheets begin a formula with, the full-width forms and DDE's bar among it, and the
# signs that hide one from a reader.
_BEGINNINGS = "=+-@|%\t\r\n＝＋－＠"
_AMOUNT = "CASE WHEN min_scale({0}) < 2 THEN round({0}, 2) ELSE trim_scale({0}) END"
_SERIAL = "(extract(epoch FROM {0} AT TIME ZONE current_setting('TimeZone')) / 86400 + 25569)::float8"
# No character of JSON text is one of these, so nothing is ever quoted.
_LINES = r"(FORMAT csv, DELIMITER E'\x01', QUOTE E'\x02')"


class Writable(Protocol):
    """What rows are written to."""

    def write(self, data: Any, /) -> int:
        """Write some bytes."""


def copy_out(extract: Extract, columns: Sequence[Column], form: str, zone: str, out: Writable) -> int:
    """Write the rows to a file as PostgreSQL reads them, times in the zone; how many there were."""
    statement = _statement(extract, columns, form)
    options = _LINES if form == Format.JSONL else "(FORMAT csv)"
    write = out.write
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT set_config('TimeZone', %s, true)", [zone])
        try:
            with cursor.copy(f"COPY ({statement}) TO STDOUT {options}") as rows:
                for row in rows:
                    write(row)
            return int(cursor.rowcount)
        finally:
            if not connection.needs_rollback and connection.is_usable():
                cursor.execute("SET LOCAL TimeZone TO 'UTC'")


def _statement(extract: Extract, columns: Sequence[Column], form: str) -> str:
    cells = ", ".join(f'{_cell(column, form)} AS "{column.name}"' for column in columns)
    rows = f"SELECT {cells} FROM ({extract.sql}) e"  # noqa: S608 - names of columns are ours
    return f"SELECT row_to_json(r) FROM ({rows}) r" if form == Format.JSONL else rows  # noqa: S608


def _cell(column: Column, form: str) -> str:
    value = column.sql.format(f'e."{column.source}"')
    if column.kind == ColumnType.AMOUNT:
        amount = _AMOUNT.format(value)
        return f"({amount})::text" if form == Format.JSONL else amount
    if form == Format.CSV and column.kind == ColumnType.TEXT:
        return guarded(value)
    if form == Format.CSV and column.kind == ColumnType.CODE:
        return f"nullif({value}, '')"  # else an empty cell would be written ""
    if form == Format.XLSX and column.kind == ColumnType.MOMENT:
        return _SERIAL.format(value)
    return value


def guarded(value: str) -> str:
    """The expression of a text, so that no spreadsheet takes it for a formula."""
    return (
        f"CASE WHEN {value} = '' THEN NULL WHEN strpos({inline_params('%s', [_BEGINNINGS])}, left({value}, 1)) > 0 "
        f"THEN '''' || {value} ELSE {value} END"
    )
