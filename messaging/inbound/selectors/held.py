"""Unsettled webhooks by account."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import connection

from core.counting import COUNT_LIMIT


@dataclass(frozen=True, slots=True)
class UnsettledWebhooks:
    """An account's unsettled webhooks by state, counted up to `COUNT_LIMIT` + 1, and the oldest due time."""

    account_id: int
    account: str
    pending: int
    quarantined: int
    parked: int
    due_since: datetime | None


def _count_sql(state: str) -> str:
    rows = f"SELECT FROM inbound_inbox i WHERE i.account_id = a.id AND i.state = '{state}' LIMIT {COUNT_LIMIT + 1}"
    return f"(SELECT count(*) FROM ({rows}) counted)"  # noqa: S608


_UNSETTLED = f"""
SELECT * FROM (
    SELECT a.id, a.name, {_count_sql("pending")} AS pending, {_count_sql("quarantined")} AS quarantined,
        {_count_sql("parked")} AS parked, (
            SELECT min(due_at) FROM inbound_inbox i
            WHERE i.account_id = a.id AND i.state = 'pending' AND i.due_at <= %(now)s
        )
    FROM accounts_account a WHERE a.id = ANY(%(accounts)s)
) unsettled WHERE pending + quarantined + parked > 0 ORDER BY name, id
"""  # noqa: S608


def unsettled_webhooks(account_ids: Sequence[int], now: datetime) -> list[UnsettledWebhooks]:
    """The accounts with unsettled webhooks. A webhook that a worker has claimed is not due."""
    with connection.cursor() as cursor:
        cursor.execute(_UNSETTLED, {"accounts": list(account_ids), "now": now})
        return [UnsettledWebhooks(*row) for row in cursor.fetchall()]
