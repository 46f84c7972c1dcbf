"""Keyset pages: a page is found by where it starts, so page one thousand costs what page one costs.

A cursor is the place of a row in an order of (moment, id), newest first, written into the URL as
"<microseconds since 1970>-<id>".
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Generic, TypeVar

from django.db.models import Model, Q, QuerySet

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
Row = TypeVar("Row", bound=Model)


@dataclass(frozen=True)
class Cursor:
    """A row's place."""

    moment: datetime
    id: int

    def __str__(self) -> str:
        return f"{(self.moment - _EPOCH) // timedelta(microseconds=1)}-{self.id}"

    @classmethod
    def parse(cls, text: str) -> "Cursor":
        """Read what `str` wrote. Raises ValueError for anything else."""
        micros, dash, row_id = text.partition("-")
        if not (dash and micros.isdecimal() and row_id.isdecimal() and len(row_id) < 19 and len(micros) < 18):
            raise ValueError("not a cursor")
        return cls(_EPOCH + timedelta(microseconds=int(micros)), int(row_id))

    def older(self, column: str) -> Q:
        """Rows after this one in the order. The first condition is for the planner: it bounds index and partitions."""
        same = Q(**{column: self.moment, "id__lt": self.id})
        return Q(**{f"{column}__lte": self.moment}) & (Q(**{f"{column}__lt": self.moment}) | same)

    def newer(self, column: str) -> Q:
        """Rows before this one in the order."""
        same = Q(**{column: self.moment, "id__gt": self.id})
        return Q(**{f"{column}__gte": self.moment}) & (Q(**{f"{column}__gt": self.moment}) | same)


@dataclass(frozen=True)
class Page(Generic[Row]):
    """Rows of one page, newest first, and the cursors of its neighbours where there are any."""

    rows: list[Row]
    older: Cursor | None
    newer: Cursor | None

    @property
    def older_param(self) -> tuple[str, Cursor | None]:
        """The URL parameter of the older page."""
        return "older", self.older

    @property
    def newer_param(self) -> tuple[str, Cursor | None]:
        """The URL parameter of the newer page."""
        return "newer", self.newer


def page(rows: QuerySet[Row], params: Mapping[str, str], *, size: int, column: str = "created_at") -> Page[Row]:
    """The page that `older=<cursor>` or `newer=<cursor>` in a URL asks for; without either (or garbled) the first.

    One query of `size` + 1 rows.
    """

    def place(row: Row) -> Cursor:
        return Cursor(getattr(row, column), row.pk)

    older, newer = _read(params.get("older")), _read(params.get("newer"))
    if newer is not None:
        found = list(rows.filter(newer.newer(column)).order_by(column, "id")[: size + 1])
        if len(found) <= size:  # the top is reached: show it whole, not the few rows that came since
            return page(rows, {}, size=size, column=column)
        found = found[:size][::-1]
        return Page(found, place(found[-1]), place(found[0]))
    query = rows.filter(older.older(column)) if older else rows
    found = list(query.order_by(f"-{column}", "-id")[: size + 1])
    more, found = len(found) > size, found[:size]
    return Page(found, place(found[-1]) if more else None, place(found[0]) if older and found else None)


def _read(text: str | None) -> Cursor | None:
    try:
        return Cursor.parse(text) if text else None
    except ValueError:
        return None
