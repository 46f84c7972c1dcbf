"""Counting no further than anybody reads: a COUNT over a big table would read all of it."""

from typing import Any

from django.db.models import QuerySet

MOST_COUNTED = 1_000


def count_up_to(rows: QuerySet[Any], most: int = MOST_COUNTED) -> int:
    """How many rows there are, counted to `most` + 1 at the furthest."""
    return rows.order_by().values("pk")[: most + 1].count()


def up_to(n: int, most: int = MOST_COUNTED) -> str:
    """Such a count in words: "1,000+"."""
    return f"{most:,}+" if n > most else f"{n:,}"
