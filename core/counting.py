"""Counts up to a limit: an exact COUNT of a big table would read all of it."""

from typing import Any

from django.db.models import QuerySet

COUNT_LIMIT = 1_000


def count_up_to(rows: QuerySet[Any], limit: int = COUNT_LIMIT) -> int:
    """The number of rows, counted up to `limit` + 1."""
    return rows.order_by().values("pk")[: limit + 1].count()


def format_count(n: int, limit: int = COUNT_LIMIT) -> str:
    """Write a count of `count_up_to`: "1,000+"."""
    return f"{limit:,}+" if n > limit else f"{n:,}"
