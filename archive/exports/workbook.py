"""XLSX, written row by row in constant memory from the rows that PostgreSQL wrote."""

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
from archive.exports.pack_job import PackJob, column_title
from archive.exports.totals import Totals
from core.extracts import ColumnType

SHEET_ROWS = 1_048_576  # of a sheet, titles included
LONGEST_CELL = 32_767  # characters; Excel's limit
PROGRESS_ROWS = 20_000


def write_book(job: PackJob, path: Path, contents: Contents) -> None:
    """Write the workbook, on as many sheets as it needs, and store the sums in `contents`. Raises OSError."""
    try:
        _write(job, path, contents)
    except FileCreateError as error:  # wraps the OSError
        raise error.args[0] from None


def _write(job: PackJob, path: Path, contents: Contents) -> None:
    with xlsxwriter.Workbook(str(path), {"constant_memory": True, "tmpdir": str(path.parent)}) as book:
        book.use_zip64()
        totals = Totals(job.export.format, job.source)
        sheets = _SheetWriter(job, book, totals)
        rows = _rows(job)
        sheets.write(rows)
        for row in rows:  # more rows than the sheet holds
            sheets.write(chain([row], rows))
        contents.totals, contents.cut_cells = totals.totals, sheets.cut_cells
        if not job.source.head():
            _write_about(book, job, contents)


def _rows(job: PackJob) -> Iterator[list[str]]:
    for open_part in job.parts:
        with open_part() as part, TextIOWrapper(part, encoding="utf-8", newline="") as text, _unlimited_fields():
            yield from csv.reader(text)


@contextmanager
def _unlimited_fields() -> Iterator[None]:
    """Allow cells as long as a message's text. The limit is global to the process, and uploaded files need it."""
    default = csv.field_size_limit(1 << 30)
    try:
        yield
    finally:
        csv.field_size_limit(default)


class _SheetWriter:
    """Writes one sheet after another, each with the head and the titles; counts cells that cannot hold their text."""

    def __init__(self, job: PackJob, book: Any, totals: Totals) -> None:
        self._job, self._book, self._totals = job, book, totals
        self._heads: Sequence[Sequence[str]] = [*job.source.head(), ()] if job.source.head() else []
        self._titles = [column_title(column, job.export.dataset) for column in job.source.columns]
        integer = "#,##0" if job.export.dataset == Dataset.COSTS else "0"
        self._bold = book.add_format({"bold": True})
        self._formats = {
            ColumnType.AMOUNT: book.add_format({"num_format": "#,##0.00#######"}),
            ColumnType.NUMBER: book.add_format({"num_format": integer}),
            ColumnType.DAY: book.add_format({"num_format": "yyyy-mm-dd", "align": "left"}),
            ColumnType.MOMENT: book.add_format({"num_format": "yyyy-mm-dd hh:mm:ss", "align": "left"}),
        }
        self._number = 0
        self.cut_cells = 0

    def write(self, rows: Iterator[list[str]]) -> None:
        """Write as many rows as fit on a sheet."""
        self._number += 1
        name = self._job.export.get_dataset_display()
        sheet = self._book.add_worksheet(name if self._number == 1 else f"{name} {self._number}")
        sheet.set_column(0, len(self._titles) - 1, 18)
        for index, line in enumerate(self._heads):
            for column, text in enumerate(line):
                sheet.write_string(index, column, text)
        top = len(self._heads) + 1
        sheet.write_row(top - 1, 0, self._titles, self._bold)
        sheet.freeze_panes(top, 0)
        self._write_cells(sheet, top, islice(rows, SHEET_ROWS - top))

    def _write_cells(self, sheet: Any, top: int, rows: Iterator[list[str]]) -> None:
        totals, report_progress = self._totals, self._job.report_progress
        writers = [self._writer(sheet, index, column) for index, column in enumerate(self._job.source.columns)]
        for number, row in enumerate(rows, start=top):
            for write, cell in zip(writers, row, strict=True):
                if cell:
                    write(number, cell)
            totals.add([(row[amount], row[currency]) for amount, currency in totals.indexes])
            if number % PROGRESS_ROWS == 0:
                report_progress(totals.rows)

    def _writer(self, sheet: Any, index: int, column: Column) -> Callable[[int, str], Any]:
        """A function that writes cells of a column. Text stays text: ids keep their digits; no formulas, no links."""
        write_string, write_number, write_datetime = sheet.write_string, sheet.write_number, sheet.write_datetime

        def text(row: int, cell: str) -> None:
            if len(cell) > LONGEST_CELL:
                self.cut_cells += 1
                cell = f"{cell[: LONGEST_CELL - 1]}…"
            write_string(row, index, cell)

        def number(row: int, cell: str, form: Any) -> None:
            try:
                write_number(row, index, float(cell), form)
            except ValueError:  # the first column of a total holds its name
                text(row, cell)

        def day(row: int, cell: str) -> None:
            try:
                write_datetime(row, index, date.fromisoformat(cell), self._formats[ColumnType.DAY])
            except ValueError:
                text(row, cell)

        if column.kind == ColumnType.DAY:
            return day
        return partial(number, form=self._formats[column.kind]) if column.kind in self._formats else text


def _write_about(book: Any, job: PackJob, contents: Contents) -> None:
    """Write the manifest on a last sheet. It cannot hold the digest of the file."""
    sheet = book.add_worksheet(_("About"))
    sheet.set_column(0, 0, 24)
    facts = manifest(job.export, [contents])
    lines = [(name, value) for name, value in facts.items() if name not in {"filters", "files", "columns"}]
    lines += [(f"filter: {item['name']}", item["value"]) for item in facts["filters"]]
    for row, (name, value) in enumerate(lines):
        sheet.write_string(row, 0, name)
        sheet.write_string(row, 1, value if isinstance(value, str) else json.dumps(value, ensure_ascii=False))
