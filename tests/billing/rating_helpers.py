"""Helpers of the tests of billing: a time, rating, and a summary of lines."""

from datetime import UTC, datetime

from billing.models import RatedLine
from billing.rating import dirty_buckets, rate_bucket

NOON = datetime(2026, 10, 15, 12, tzinfo=UTC)


def rate_all():
    return [rate_bucket(bucket) for bucket in dirty_buckets()]


def lines(account):
    """(state, unit price) -> n and amount."""
    rows = RatedLine.objects.filter(account=account).order_by("unit_price", "state")
    return [(row.state, row.unit_price, row.n, row.amount) for row in rows]
