"""The cost report as a file: CSV and XLSX with the same cells, after lines that say whose days they are, how fresh they
are and what was filtered.

Amounts are exact; where nothing is priced the cell is empty, never 0. No cell can run as a formula.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import date
from decimal import Decimal
from functools import partial
from io import BytesIO, StringIO
from itertools import islice
from operator import itemgetter
from typing import Any

import xlsxwriter
from defusedcsv import csv
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from billing.forms import GROUP_LABELS
from billing.selectors import CostReport, CostRow
from portal.core.money import plain
from portal.core.words import Text

Reader = Callable[[dict[str, Any]], "Cell"]
"""From a row's keys to a cell."""
Cell = str | int | Decimal | date | None
Choices = Sequence[tuple[str, str]]
"""What was filtered: (label, value)."""

SHEET_ROWS = 1_000_000  # a sheet holds 1,048,576, heads included
_FIGURES = (
    gettext_lazy("Currency"), gettext_lazy("Delivered"), gettext_lazy("Charged"), gettext_lazy("Free"),
    gettext_lazy("Unrated"), gettext_lazy("Amount"),
)  # fmt: skip
_RESALE_FIGURES = (gettext_lazy("Sold"), gettext_lazy("Sold unrated"), gettext_lazy("Margin"))


def cost_csv(report: CostReport, choices: Choices = ()) -> str:
    """The report as CSV."""
    out = StringIO()
    writer = csv.writer(out)
    writer.writerows([_spell(cell) for cell in row] for row in _head(report, choices))
    writer.writerow([])
    writer.writerow(_titles(report))
    writer.writerows([_spell(cell) for cell in row] for row in _body(report))
    return out.getvalue()


def _spell(cell: Cell) -> str | int:
    if isinstance(cell, Decimal):
        return plain(cell)
    return cell if isinstance(cell, int) else "" if cell is None else str(cell)


def cost_xlsx(report: CostReport, choices: Choices = ()) -> bytes:
    """The report as an Excel workbook, written row by row; what does not fit on a sheet is on the next."""
    out = BytesIO()
    with xlsxwriter.Workbook(out, {"constant_memory": True}) as book:
        formats = {
            Decimal: book.add_format({"num_format": "#,##0.00#######"}),
            int: book.add_format({"num_format": "#,##0"}),
            date: book.add_format({"num_format": "yyyy-mm-dd", "align": "left"}),
        }
        bold = book.add_format({"bold": True})
        heads, titles = list(_head(report, choices)), _titles(report)
        for page in _pages(_body(report)):
            sheet = book.add_worksheet()
            sheet.set_column(0, len(titles) - 1, 16)
            for place, row in enumerate(heads):
                _write(sheet, place, row, formats)
            sheet.write_row(len(heads) + 1, 0, titles, bold)
            sheet.freeze_panes(len(heads) + 2, 0)
            for place, row in enumerate(page, start=len(heads) + 2):
                _write(sheet, place, row, formats)
    return out.getvalue()


def _pages(rows: Iterator[list[Cell]]) -> Iterator[list[list[Cell]]]:
    """The rows sheet by sheet; one sheet also when there are none."""
    yield list(islice(rows, SHEET_ROWS))
    while page := list(islice(rows, SHEET_ROWS)):
        yield page


def _write(sheet: Any, place: int, row: Iterable[Cell], formats: dict[type, Any]) -> None:
    """Text stays text: ids keep their digits, and nothing becomes a formula or a link."""
    for column, cell in enumerate(row):
        if isinstance(cell, str):
            sheet.write_string(place, column, cell)
        elif isinstance(cell, date):
            sheet.write_datetime(place, column, cell, formats[date])
        elif cell is not None:
            sheet.write_number(place, column, cell, formats[type(cell)])


def _head(report: CostReport, choices: Choices) -> Iterator[Sequence[Cell]]:
    yield _("Cost report"), "Tollgate"
    yield _("Days"), report.start, report.end
    yield _("Time zone"), report.time_zone
    yield _("Data as of"), report.data_as_of.isoformat(timespec="seconds")
    yield from choices


def _titles(report: CostReport) -> list[str]:
    keys = [title for group in report.group_by for title, _read in _columns(group)]
    return [str(title) for title in (*keys, *_FIGURES, *(_RESALE_FIGURES if report.resold else ()))]


def _body(report: CostReport) -> Iterator[list[Cell]]:
    readers = [read for group in report.group_by for _title, read in _columns(group)]
    for row in report.rows:
        yield [*(read(row.keys) for read in readers), *_figures(row, resold=report.resold)]
    for row in report.totals:
        name = [_("Total"), *[None] * (len(readers) - 1)] if readers else []
        yield [*name, *_figures(row, resold=report.resold)]


def _columns(group: str) -> Iterator[tuple[Text, Reader]]:
    """The columns of a group: title, and what stands in them."""
    title = GROUP_LABELS[group]
    if group in _PARTS:
        for part, name in _PARTS[group].items():
            yield name, partial(_part, group, part)
        return
    yield title, itemgetter(group)
    if group in {"subaccount", "channel", "waba"}:
        yield _("%(group)s name") % {"group": title}, itemgetter(f"{group}_name")


_PARTS = {
    "template": {"name": gettext_lazy("Template"), "language": gettext_lazy("Language")},
    "tier": {
        "number": gettext_lazy("Tier"), "start": gettext_lazy("Tier from"), "end": gettext_lazy("Tier to"),
        "end_known": gettext_lazy("Tier end known"), "anchored": gettext_lazy("Counted with other providers"),
    },
}  # fmt: skip


def _part(group: str, part: str, keys: dict[str, Any]) -> Cell:
    value: Cell = getattr(keys[group], part, None)
    return (_("yes") if value else _("no")) if isinstance(value, bool) else value


def _figures(row: CostRow, *, resold: bool) -> list[Cell]:
    amount = row.amount if row.charged or row.free else None
    figures: list[Cell] = [row.currency, row.delivered, row.charged, row.free, row.unrated, amount]
    if not resold:
        return figures
    sale = row.resale
    return [*figures, *((sale.amount, sale.unrated, sale.margin) if sale else (None, None, None))]
