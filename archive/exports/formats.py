"""How PostgreSQL writes the rows: each cell by its kind and the format; no row passes through Python.

CSV: an apostrophe precedes text that a spreadsheet would run as a formula; lines end in LF, or in CRLF. JSON Lines: one
object per line, amounts as strings, which keep their digits. XLSX: CSV without apostrophes and with moments as Excel's
serial numbers, from which the workbook is made afterwards, cell by cell, with text as text.
"""

from collections.abc import Callable, Sequence
from typing import Any, Protocol

from django.db import connection, transaction

from archive.enums import Format
from archive.exports.columns import Column
from core.extracts import ColumnType, Extract, inline_params

# Characters that begin a formula in Excel, LibreOffice or Google Sheets, including full-width forms and DDE's bar, and
# characters that hide one from a reader.
_FORMULA_STARTS = "=+-@|%\t\r\n＝＋－＠"
_AMOUNT = "CASE WHEN min_scale({0}) < 2 THEN round({0}, 2) ELSE trim_scale({0}) END"
_SERIAL = "(extract(epoch FROM {0} AT TIME ZONE current_setting('TimeZone')) / 86400 + 25569)::float8"
# JSON text contains neither character, so COPY never quotes.
_LINES = r"(FORMAT csv, DELIMITER E'\x01', QUOTE E'\x02')"


class Writable(Protocol):
    """The output of an export."""

    def write(self, data: Any, /) -> int:
        """Write bytes and return their number."""


def copy_out(extract: Extract, columns: Sequence[Column], form: str, zone: str, out: Writable) -> int:
    """Write the rows to a file as PostgreSQL returns them, with times in the zone; return their number."""
    statement = _statement(extract, columns, form)
    options = _LINES if form == Format.JSONL else "(FORMAT csv)"
    write = _writing_crlf(out) if form == Format.CSV_BOM else out.write
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


def _writing_crlf(out: Writable) -> Callable[[Any], int]:
    """A function that writes a row, of whose line breaks only the last one ends a line."""
    return lambda row: out.write(bytes(row[:-1]) + b"\r\n")


def _statement(extract: Extract, columns: Sequence[Column], form: str) -> str:
    cells = ", ".join(f'{_cell(column, form)} AS "{column.name}"' for column in columns)
    rows = f"SELECT {cells} FROM ({extract.sql}) e"  # noqa: S608 - names of columns are ours
    return f"SELECT row_to_json(r) FROM ({rows}) r" if form == Format.JSONL else rows  # noqa: S608


def _cell(column: Column, form: str) -> str:
    value = column.sql.format(f'e."{column.source}"')
    if column.kind == ColumnType.AMOUNT:
        amount = _AMOUNT.format(value)
        return f"({amount})::text" if form == Format.JSONL else amount
    if Format(form).is_csv and column.kind == ColumnType.TEXT:
        return escape_formulas(value)
    if Format(form).is_csv and column.kind == ColumnType.CODE:
        return f"nullif({value}, '')"  # else COPY would write an empty cell as ""
    if form == Format.XLSX and column.kind == ColumnType.MOMENT:
        return _SERIAL.format(value)
    return value


def escape_formulas(value: str) -> str:
    """The expression of a text with an apostrophe before anything that looks like a formula."""
    return (
        f"CASE WHEN {value} = '' THEN NULL WHEN strpos({inline_params('%s', [_FORMULA_STARTS])}, left({value}, 1)) > 0 "
        f"THEN '''' || {value} ELSE {value} END"
    )
