"""Keyset pages: a page starts after a cursor, so the thousandth page costs as much as the first.

A cursor is the position of a row in the order of (moment, id), newest first. A URL has it as
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
    """The position of a row."""

    moment: datetime
    id: int

    def __str__(self) -> str:
        return f"{(self.moment - _EPOCH) // timedelta(microseconds=1)}-{self.id}"

    @classmethod
    def parse(cls, text: str) -> "Cursor":
        """The cursor of its text in a URL. Raises ValueError for any other text."""
        micros, dash, row_id = text.partition("-")
        if not (dash and micros.isdecimal() and row_id.isdecimal() and len(row_id) < 19 and len(micros) < 18):
            raise ValueError("not a cursor")
        return cls(_EPOCH + timedelta(microseconds=int(micros)), int(row_id))

    def older(self, column: str) -> Q:
        """Rows after this one. The first condition is for the planner: it limits the index range and the partitions."""
        same = Q(**{column: self.moment, "id__lt": self.id})
        return Q(**{f"{column}__lte": self.moment}) & (Q(**{f"{column}__lt": self.moment}) | same)

    def newer(self, column: str) -> Q:
        """Rows before this one."""
        same = Q(**{column: self.moment, "id__gt": self.id})
        return Q(**{f"{column}__gte": self.moment}) & (Q(**{f"{column}__gt": self.moment}) | same)


@dataclass(frozen=True)
class Page(Generic[Row]):
    """The rows of one page, newest first, and the cursors of the neighbouring pages, if any."""

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
    """The page that `older=<cursor>` or `newer=<cursor>` in a URL selects; the first without a valid cursor.

    One query of `size` + 1 rows.
    """

    def cursor_of(row: Row) -> Cursor:
        return Cursor(getattr(row, column), row.pk)

    older, newer = _parse(params.get("older")), _parse(params.get("newer"))
    if newer is not None:
        selected = list(rows.filter(newer.newer(column)).order_by(column, "id")[: size + 1])
        if len(selected) <= size:  # the top is reached: show a full first page, not only the few newer rows
            return page(rows, {}, size=size, column=column)
        selected = selected[:size][::-1]
        return Page(selected, cursor_of(selected[-1]), cursor_of(selected[0]))
    query = rows.filter(older.older(column)) if older else rows
    selected = list(query.order_by(f"-{column}", "-id")[: size + 1])
    more, selected = len(selected) > size, selected[:size]
    return Page(
        selected, cursor_of(selected[-1]) if more else None, cursor_of(selected[0]) if older and selected else None
    )


def _parse(text: str | None) -> Cursor | None:
    try:
        return Cursor.parse(text) if text else None
    except ValueError:
        return None
