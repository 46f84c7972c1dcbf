"""XLSX: row by row, in constant memory, from rows as PostgreSQL wrote them."""

import csv
import json
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import date
from functools import partial
from io import TextIOWrapper
from itertools import chain, islice
from pathlib import Path
from typing import Any

import xlsxwriter
from django.utils.translation import gettext as _
from xlsxwriter.exceptions import FileCreateError

from archive.enums import Dataset
from archive.exports.columns import Column
from archive.exports.manifest import Contents, manifest
from archive.exports.pack_job import PackJob, title
from archive.exports.totals import Totals
from core.extracts import Kind

SHEET_ROWS = 1_048_576  # what a sheet holds, titles included
LONGEST_CELL = 32_767  # characters, Excel's limit
PULSE_ROWS = 20_000


def write_book(order: PackJob, path: Path, contents: Contents) -> None:
    """Write the workbook; what does not fit on a sheet is on the next. Sums go into the contents. Raises OSError."""
    try:
        _write(order, path, contents)
    except FileCreateError as error:  # its own name for what the system said
        raise error.args[0] from None


def _write(order: PackJob, path: Path, contents: Contents) -> None:
    with xlsxwriter.Workbook(str(path), {"constant_memory": True, "tmpdir": str(path.parent)}) as book:
        book.use_zip64()
        tally = Totals(order.export.format, order.source)
        pages = _Pages(order, book, tally)
        rows = _rows(order)
        pages.write(rows)
        for row in rows:  # there are more than fit
            pages.write(chain([row], rows))
        contents.totals = tally.totals
        if not order.source.head():
            _about(book, order, contents)


def _rows(order: PackJob) -> Iterator[list[str]]:
    for opened in order.parts:
        with opened() as part, TextIOWrapper(part, encoding="utf-8", newline="") as text, _long_fields():
            yield from csv.reader(text)


@contextmanager
def _long_fields() -> Iterator[None]:
    """Let a cell be as long as a message's text. The limit is the process's, and files that people upload need it."""
    default = csv.field_size_limit(1 << 30)
    try:
        yield
    finally:
        csv.field_size_limit(default)


class _Pages:
    """Writes one sheet after the other, each with the head and the titles."""

    def __init__(self, order: PackJob, book: Any, tally: Totals) -> None:
        self._order, self._book, self._tally = order, book, tally
        self._heads: Sequence[Sequence[str]] = [*order.source.head(), ()] if order.source.head() else []
        self._titles = [title(column, order.export.dataset) for column in order.source.columns]
        whole = "#,##0" if order.export.dataset == Dataset.COSTS else "0"
        self._bold = book.add_format({"bold": True})
        self._formats = {
            Kind.AMOUNT: book.add_format({"num_format": "#,##0.00#######"}),
            Kind.NUMBER: book.add_format({"num_format": whole}),
            Kind.DAY: book.add_format({"num_format": "yyyy-mm-dd", "align": "left"}),
            Kind.MOMENT: book.add_format({"num_format": "yyyy-mm-dd hh:mm:ss", "align": "left"}),
        }
        self._number = 0

    def write(self, rows: Iterator[list[str]]) -> None:
        """Write as many rows as fit on a sheet."""
        self._number += 1
        name = self._order.export.get_dataset_display()
        sheet = self._book.add_worksheet(name if self._number == 1 else f"{name} {self._number}")
        sheet.set_column(0, len(self._titles) - 1, 18)
        for place, line in enumerate(self._heads):
            for column, text in enumerate(line):
                sheet.write_string(place, column, text)
        top = len(self._heads) + 1
        sheet.write_row(top - 1, 0, self._titles, self._bold)
        sheet.freeze_panes(top, 0)
        self._write_cells(sheet, top, islice(rows, SHEET_ROWS - top))

    def _write_cells(self, sheet: Any, top: int, rows: Iterator[list[str]]) -> None:
        tally, pulse = self._tally, self._order.pulse
        writers = [self._writer(sheet, place, column) for place, column in enumerate(self._order.source.columns)]
        for place, row in enumerate(rows, start=top):
            for write, cell in zip(writers, row, strict=True):
                if cell:
                    write(place, cell)
            tally.add([(row[amount], row[currency]) for amount, currency in tally.places])
            if place % PULSE_ROWS == 0:
                pulse(tally.rows)

    def _writer(self, sheet: Any, place: int, column: Column) -> Callable[[int, str], Any]:
        """Text stays text: ids keep their digits, and nothing becomes a formula or a link."""
        write_string, write_number, write_datetime = sheet.write_string, sheet.write_number, sheet.write_datetime

        def text(row: int, cell: str) -> None:
            write_string(row, place, cell if len(cell) <= LONGEST_CELL else f"{cell[: LONGEST_CELL - 1]}…")

        def number(row: int, cell: str, form: Any) -> None:
            try:
                write_number(row, place, float(cell), form)
            except ValueError:  # a total has its name in the first column, whatever that holds
                text(row, cell)

        def day(row: int, cell: str) -> None:
            try:
                write_datetime(row, place, date.fromisoformat(cell), self._formats[Kind.DAY])
            except ValueError:
                text(row, cell)

        if column.kind == Kind.DAY:
            return day
        return partial(number, form=self._formats[column.kind]) if column.kind in self._formats else text


def _about(book: Any, order: PackJob, contents: Contents) -> None:
    """The manifest as a sheet of its own, behind the rows. It cannot hold the file's own digest."""
    sheet = book.add_worksheet(_("About"))
    sheet.set_column(0, 0, 24)
    said = manifest(order.export, [contents])
    lines = [(name, value) for name, value in said.items() if name not in {"filters", "files", "columns"}]
    lines += [(f"filter: {each['name']}", each["value"]) for each in said["filters"]]
    for place, (name, value) in enumerate(lines):
        sheet.write_string(place, 0, name)
        sheet.write_string(place, 1, value if isinstance(value, str) else json.dumps(value, ensure_ascii=False))
