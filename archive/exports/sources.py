"""Where the rows of an export come from: for each dataset its span of time and the statement for a part of it."""

from collections.abc import Sequence
from dataclasses import fields
from datetime import UTC, date, datetime, time, timedelta
from functools import cached_property
from typing import Any, Protocol
from zoneinfo import ZoneInfo

from django.utils.translation import gettext as _

from archive.enums import Dataset, Format
from archive.exports.columns import Column, columns_by_key, columns_of
from archive.models import Export
from billing.dimensions import Dimension
from billing.selectors import CostFilter, CostReport, CostRow, cost_report
from core.extracts import ColumnType, Extract, extract_rows
from core.money import plain
from messaging.log.query import MessageQuery, read_query
from messaging.log.selectors.extracts import charge_extract, log_extract, log_span, traffic_extract
from messaging.log.selectors.traffic import TrafficFilter

Span = tuple[datetime, datetime]
_AROUND = timedelta(days=2)  # a day of any zone begins and ends within these of UTC's


class Source(Protocol):
    """The rows of one export."""

    sliced: bool
    """Whether parts of the span may be read one by one; else it is read at once."""
    sums: tuple[tuple[str, str], ...] = ()
    """Columns that are added up, each with the column of its currency."""
    columns: list[Column]

    def span(self) -> Span | None:
        """From when until when there are rows; None: there are none."""

    def extract(self, names: Sequence[str], span: Span, limit: int | None) -> Extract:
        """The rows of a part, in their order, with these columns of the extract."""

    def head(self) -> list[tuple[str, ...]]:
        """Lines above the titles, of files that people read rather than programs."""


def source_of(export: Export) -> Source:
    """Where this export's rows come from."""
    source: Source = _SOURCES[export.dataset](export)
    return source


class _Plain:
    """What most sources have in common."""

    sliced = True
    sums: tuple[tuple[str, str], ...] = ()

    def __init__(self, export: Export) -> None:
        self.export, self.account = export, export.account
        self.columns = columns_of(export.dataset, export.columns)
        keys = {column.key for column in self.columns}
        self.sums = tuple(pair for pair in self.sums if keys.issuperset(pair))

    def head(self) -> list[tuple[str, ...]]:
        return []

    @property
    def days(self) -> tuple[date, date]:
        """First and last day, where the filters name days."""
        return date.fromisoformat(self.export.filters["from"]), date.fromisoformat(self.export.filters["to"])


class _Messages(_Plain):
    """The log."""

    sums = (("cost", "cost_currency"), ("sell_price", "cost_currency"))

    @cached_property
    def _query(self) -> MessageQuery:
        """The filters, within what the export may hold."""
        reach = {"subaccount_ids": self.export.subaccount_ids, "exact_numbers": not self.export.whole_numbers}
        return read_query(self.export.filters, **reach)

    def span(self) -> Span | None:
        return log_span(self.account, self._query, self.export.created_at)

    def extract(self, names: Sequence[str], span: Span, limit: int | None) -> Extract:
        return log_extract(
            self.account, self._query, names, span, whole_numbers=self.export.whole_numbers, limit=limit
        )  # fmt: skip


class _Charges(_Plain):
    """What every delivered message cost."""

    sums = (("amount", "currency"), ("sell_amount", "currency"), ("margin", "currency"))

    def span(self) -> Span | None:
        first, last = self.days
        return _midnight(first) - _AROUND, _midnight(last) + _AROUND

    def extract(self, names: Sequence[str], span: Span, limit: int | None) -> Extract:
        return charge_extract(self.account, cost_filter_of(self.export), names, self.days, span)


class _Usage(_Plain):
    """Counts of messages, by days of the export's zone."""

    sliced = False

    def span(self) -> Span | None:
        zone = ZoneInfo(self.export.time_zone)
        first, last = self.days
        return datetime.combine(first, time(), zone), datetime.combine(last + timedelta(days=1), time(), zone)

    def extract(self, names: Sequence[str], span: Span, limit: int | None) -> Extract:
        asked = self.export.filters
        chosen = TrafficFilter(
            self.export.subaccount_ids,
            asked.get("phone_number_id"),
            country=asked.get("country", ""),
            template_ids=asked.get("template_ids"),
        )
        return traffic_extract(self.account, chosen, names, ZoneInfo(self.export.time_zone), span)


class _Costs:
    """The cost report, with its totals and a head that says whose days they are and how fresh they are."""

    sliced = False
    sums: tuple[tuple[str, str], ...] = ()  # its last rows are sums

    def __init__(self, export: Export) -> None:
        self.export = export

    @cached_property
    def report(self) -> CostReport:
        """The report, read once."""
        asked = self.export.filters
        return cost_report(
            self.export.account, start=date.fromisoformat(asked["from"]), end=date.fromisoformat(asked["to"]),
            group_by=asked["group_by"], chosen=cost_filter_of(self.export),
        )  # fmt: skip

    @cached_property
    def columns(self) -> list[Column]:
        """Those of the groups, and the figures; what was sold where anything was. Or those that were chosen."""
        if self.export.columns:
            return columns_of(Dataset.COSTS, self.export.columns)
        keys = [key for group in self.report.groups for key, *_ in group.file_columns]
        keys += ["currency", "delivered", "charged", "free", "unrated", "amount"]
        keys += ["sell_amount", "sell_unrated", "margin"] if self.report.resold else []
        return columns_of(Dataset.COSTS, keys)

    def span(self) -> Span | None:
        return _midnight(self.report.start), _midnight(self.report.end + timedelta(days=1))

    def extract(self, names: Sequence[str], span: Span, limit: int | None) -> Extract:
        rows = [_cost_cells(row, self.report.groups) for row in self.report.rows]
        known = columns_by_key(Dataset.COSTS)
        kinds = {name: known[name].kind for name in names}
        if self.export.format != Format.JSONL:  # a program that reads line by line would count totals twice
            rows += [{names[0]: _("Total"), **_cost_cells(row)} for row in self.report.totals]
            kinds |= {names[0]: ColumnType.TEXT}
        return extract_rows(kinds, [[row.get(name) for name in names] for row in rows])

    def head(self) -> list[tuple[str, ...]]:
        return [
            (_("Cost report"), "Tollgate"),
            (_("Days"), self.report.start.isoformat(), self.report.end.isoformat()),
            (_("Time zone"), self.report.time_zone),
            (_("Data as of"), self.report.data_as_of.isoformat(timespec="seconds")),
            *((str(label), str(value)) for label, value in self.export.words),
        ]


_SOURCES: dict[str, type[Any]] = {
    Dataset.MESSAGES: _Messages,
    Dataset.CHARGES: _Charges,
    Dataset.USAGE: _Usage,
    Dataset.COSTS: _Costs,
}


def _cost_cells(row: CostRow, groups: Sequence[Dimension] = ()) -> dict[str, Any]:
    """A row of the report by the keys of its columns; where nothing is priced the amount is empty, never 0."""
    cells = {key: value for group in groups for key, value in group.cells(row.keys).items()}
    amount = plain(row.amount) if row.charged or row.free else None
    cells |= {name: getattr(row, name) for name in ("currency", "delivered", "charged", "free", "unrated")}
    cells["amount"] = amount
    if sale := row.resale:
        cells |= {"sell_amount": sale.amount, "sell_unrated": sale.unrated, "margin": sale.margin}
    return cells


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), UTC)


def cost_filter_of(export: Export) -> CostFilter:
    """The filters of charges and costs, within the subaccounts an export may hold."""
    names = {each.name for each in fields(CostFilter)} - {"subaccount_ids"}
    return CostFilter(export.subaccount_ids, **{name: export.filters[name] for name in names & export.filters.keys()})
