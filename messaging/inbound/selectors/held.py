"""Webhooks that wait or are held, by account."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import connection

from core.counting import COUNT_LIMIT


@dataclass(frozen=True, slots=True)
class HeldWebhooks:
    """An account's webhooks that are not settled, each counted to `COUNT_LIMIT` + 1; since when the oldest is due."""

    account_id: int
    account: str
    pending: int
    quarantined: int
    parked: int
    due_since: datetime | None


def _bounded(state: str) -> str:
    rows = f"SELECT FROM inbound_inbox i WHERE i.account_id = a.id AND i.state = '{state}' LIMIT {COUNT_LIMIT + 1}"
    return f"(SELECT count(*) FROM ({rows}) counted)"  # noqa: S608


_HELD = f"""
SELECT * FROM (
    SELECT a.id, a.name, {_bounded("pending")} AS pending, {_bounded("quarantined")} AS quarantined,
        {_bounded("parked")} AS parked, (
            SELECT min(due_at) FROM inbound_inbox i
            WHERE i.account_id = a.id AND i.state = 'pending' AND i.due_at <= %(now)s
        )
    FROM accounts_account a WHERE a.id = ANY(%(accounts)s)
) held WHERE pending + quarantined + parked > 0 ORDER BY name, id
"""  # noqa: S608


def held_webhooks(account_ids: Sequence[int], now: datetime) -> list[HeldWebhooks]:
    """The accounts with webhooks that wait or are held. One waits from when it is due: not while a worker has it."""
    with connection.cursor() as cursor:
        cursor.execute(_HELD, {"accounts": list(account_ids), "now": now})
        return [HeldWebhooks(*row) for row in cursor.fetchall()]
