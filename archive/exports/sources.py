"""The sources of an export's rows: each dataset's span of time, and the statement that reads a part of it."""

from collections.abc import Sequence
from dataclasses import fields
from datetime import UTC, date, datetime, time, timedelta
from functools import cached_property
from typing import Any, Protocol
from zoneinfo import ZoneInfo

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from archive.enums import Dataset, Format
from archive.exports.columns import Column, columns_by_key, columns_of
from archive.models import Export
from billing.dimensions import Dimension
from billing.enums import ESTIMATES
from billing.selectors import CostFilter, CostReport, CostRow, cost_report
from core.extracts import ColumnType, Extract, extract_rows
from core.money import plain
from messaging.calls.filters import CallFilterSet
from messaging.calls.models import Call
from messaging.calls.selectors.extracts import call_extract
from messaging.legs.filters import LegFilterSet
from messaging.legs.models import Leg
from messaging.log.query import MessageQuery, read_query
from messaging.log.selectors.extracts import charge_extract, log_extract, log_span, traffic_extract
from messaging.log.selectors.traffic import TrafficFilter
from messaging.records.extracts import record_extract, record_span, within_span
from messaging.records.filters import RecordFilterSet
from messaging.records.models import Record
from messaging.records.selectors import visible_rows

Span = tuple[datetime, datetime]
_AROUND = timedelta(days=2)  # a day of any zone begins and ends within this distance of the UTC day


class Source(Protocol):
    """The rows of one export."""

    sliced: bool
    """Whether the span may be read in parts."""
    sums: tuple[tuple[str, str], ...] = ()
    """Columns to add up, each with the column of its currency."""
    columns: list[Column]

    def span(self) -> Span | None:
        """The span of time of the rows; None if there are no rows."""

    def extract(self, names: Sequence[str], span: Span, limit: int | None) -> Extract:
        """The rows of a part, in order, with these columns of the extract."""

    def head(self) -> list[tuple[str, ...]]:
        """Lines above the titles, in files that people read."""


def source_of(export: Export) -> Source:
    """The source of an export's rows."""
    source: Source = _SOURCES[export.dataset](export)
    return source


class _DatasetSource:
    """The common part of most sources."""

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
        """The first and last day of the filters."""
        return date.fromisoformat(self.export.filters["from"]), date.fromisoformat(self.export.filters["to"])


class _Messages(_DatasetSource):
    """The log."""

    sums = (("cost", "cost_currency"), ("sell_price", "cost_currency"))

    @cached_property
    def _query(self) -> MessageQuery:
        """The filters, within the export's subaccounts."""
        reach = {"subaccount_ids": self.export.subaccount_ids, "masked_numbers": not self.export.whole_numbers}
        return read_query(self.export.filters, **reach)

    def span(self) -> Span | None:
        return log_span(self.account, self._query, self.export.created_at)

    def extract(self, names: Sequence[str], span: Span, limit: int | None) -> Extract:
        return log_extract(
            self.account, self._query, names, span, whole_numbers=self.export.whole_numbers, limit=limit
        )  # fmt: skip


class _Charges(_DatasetSource):
    """The charge of each delivered message."""

    sums = (("amount", "currency"), ("sell_amount", "currency"), ("margin", "currency"))

    def span(self) -> Span | None:
        first, last = self.days
        return _midnight(first) - _AROUND, _midnight(last) + _AROUND

    def extract(self, names: Sequence[str], span: Span, limit: int | None) -> Extract:
        return charge_extract(self.account, cost_filter_of(self.export), names, self.days, span)


class _Usage(_DatasetSource):
    """Counts of messages by day, in the export's zone."""

    sliced = False

    def span(self) -> Span | None:
        zone = ZoneInfo(self.export.time_zone)
        first, last = self.days
        return datetime.combine(first, time(), zone), datetime.combine(last + timedelta(days=1), time(), zone)

    def extract(self, names: Sequence[str], span: Span, limit: int | None) -> Extract:
        filters = self.export.filters
        traffic_filter = TrafficFilter(
            self.export.subaccount_ids,
            filters.get("phone_number_id"),
            country=filters.get("country", ""),
            template_ids=filters.get("template_ids"),
        )
        return traffic_extract(self.account, traffic_filter, names, ZoneInfo(self.export.time_zone), span)


class _Records(_DatasetSource):
    """Calls, and messages on other channels."""

    model: type[Record]
    filterset: type[RecordFilterSet]

    @cached_property
    def _rows(self) -> QuerySet[Any]:
        rows = visible_rows(self.model, self.account, self.export.subaccount_ids)
        filtered = self.filterset(
            self.export.filters, rows, account=self.account, masked_numbers=not self.export.whole_numbers,
            subaccount_ids=self.export.subaccount_ids,
        )  # fmt: skip
        return filtered.validated_rows()

    def span(self) -> Span | None:
        return record_span(self._rows, self.export.created_at)


class _Calls(_Records):
    """The calls, with their charges."""

    sums = (("cost", "cost_currency"),)
    model, filterset = Call, CallFilterSet

    def extract(self, names: Sequence[str], span: Span, limit: int | None) -> Extract:
        return call_extract(
            self.account, self._rows, names, span, whole_numbers=self.export.whole_numbers, limit=limit
        )  # fmt: skip


class _OtherChannels(_Records):
    """The messages on other channels than WhatsApp, with the prices that the provider states."""

    sums = (("price", "currency"),)
    model, filterset = Leg, LegFilterSet

    def extract(self, names: Sequence[str], span: Span, limit: int | None) -> Extract:
        rows = within_span(self._rows, span)
        return Extract(record_extract(rows, names, whole_numbers=self.export.whole_numbers, limit=limit))


class _Costs:
    """The cost report, with its totals and a head that names its days, zone and age."""

    sliced = False
    sums: tuple[tuple[str, str], ...] = ()  # the last rows are sums

    def __init__(self, export: Export) -> None:
        self.export = export

    @cached_property
    def report(self) -> CostReport:
        """The report, read once."""
        filters = self.export.filters
        return cost_report(
            self.export.account, start=date.fromisoformat(filters["from"]), end=date.fromisoformat(filters["to"]),
            group_by=filters["group_by"], cost_filter=cost_filter_of(self.export),
        )  # fmt: skip

    @cached_property
    def columns(self) -> list[Column]:
        """The requested columns; else those of the groups and the figures, with sales if there are any."""
        if self.export.columns:
            return columns_of(Dataset.COSTS, self.export.columns)
        keys = [*self._group_keys, "currency", "delivered", "charged", "free", "unrated", "amount"]
        keys += [f"amount_{source}" for source in ESTIMATES] if self.report.estimated else []
        keys += ["sell_amount", "sell_unrated", "margin"] if self.report.resold else []
        return columns_of(Dataset.COSTS, keys)

    @cached_property
    def _group_keys(self) -> list[str]:
        return [key for group in self.report.groups for key, *_ in group.file_columns]

    def span(self) -> Span | None:
        return _midnight(self.report.start), _midnight(self.report.end + timedelta(days=1))

    def extract(self, names: Sequence[str], span: Span, limit: int | None) -> Extract:
        rows = [_cost_cells(row, self.report.groups) for row in self.report.rows]
        columns = columns_by_key(Dataset.COSTS)
        kinds = {name: columns[name].kind for name in names}
        label = next((name for name in names if name in self._group_keys), None)
        # A program would count the totals twice, and so would people if no cell named them.
        if label is not None and self.export.format != Format.JSONL:
            rows += [{**_cost_cells(row), label: _("Total")} for row in self.report.totals]
            kinds |= {label: ColumnType.TEXT}
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
    Dataset.CALLS: _Calls,
    Dataset.OTHER_CHANNELS: _OtherChannels,
}


def _cost_cells(row: CostRow, groups: Sequence[Dimension] = ()) -> dict[str, Any]:
    """A row of the report by the keys of its columns. Without a price the amount is empty, not 0."""
    cells = {key: value for group in groups for key, value in group.cells(row.keys).items()}
    amount = plain(row.amount) if row.charged or row.free else None
    cells |= {name: getattr(row, name) for name in ("currency", "delivered", "charged", "free", "unrated")}
    cells["amount"] = amount
    cells |= {f"amount_{source}": None if amount is None else plain(row.amount_of(source)) for source in ESTIMATES}
    if resale := row.resale:
        cells |= {"sell_amount": resale.amount, "sell_unrated": resale.unrated, "margin": resale.margin}
    return cells


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), UTC)


def cost_filter_of(export: Export) -> CostFilter:
    """The filters of charges and costs, within the export's subaccounts."""
    names = {field.name for field in fields(CostFilter)} - {"subaccount_ids"}
    return CostFilter(export.subaccount_ids, **{name: export.filters[name] for name in names & export.filters.keys()})
