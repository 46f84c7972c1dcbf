"""Missing traffic: numbers that went quiet, messages without an outcome, counts that are not folded.

Everything is read from counts by quarter hour and partial indexes, never from the log, and counted no further than a
person can use. Each function takes the ids of the accounts to check.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import connection

from core.counting import count_up_to
from messaging.log.models import TrafficDelta

QUIET_AFTER = timedelta(hours=6)
QUIET_LEAST = 20  # messages in the same hours of each of the last two weeks; fewer say nothing
LONG_IN_SENT = (timedelta(hours=1), timedelta(hours=24))
SLOT = timedelta(minutes=15)  # of the counts
_LOOKBACK = timedelta(days=7)  # older messages say nothing about today's webhooks


@dataclass(frozen=True, slots=True)
class NumberSummary:
    """A business phone number; id 0 stands for an account's messages with an unknown number."""

    account_id: int
    account: str
    id: int
    name: str
    msisdn: str
    provider_number_id: str
    subaccount_id: int | None


@dataclass(frozen=True, slots=True)
class QuietNumber:
    """A number without its usual traffic: the time of its last message, and the usual number of messages."""

    number: NumberSummary
    last_at: datetime | None
    usual: int


@dataclass(frozen=True, slots=True)
class MessagesInSent:
    """Messages of a number that are sent without a later report, for an hour and for a day."""

    number: NumberSummary
    hour: int
    day: int


_NUMBER = """
    a.id, a.name, c.phone_number_id, coalesce(p.display_name, ''), coalesce(p.msisdn, ''),
    coalesce(p.provider_number_id, ''), p.subaccount_id
"""
_JOINS = """
    JOIN accounts_account a ON a.id = c.account_id
    LEFT JOIN log_phonenumber p ON p.id = c.phone_number_id AND p.account_id = c.account_id
"""


def _counts(where: str) -> str:
    """Slots and unfolded deltas in one statement, so that concurrent folding counts nothing twice."""
    return " UNION ALL ".join(
        f"SELECT account_id, phone_number_id, slot, n FROM {table} WHERE account_id = ANY(%(accounts)s) AND {where}"  # noqa: S608
        for table in ("log_trafficslot", "log_trafficdelta")
    )


_IN_WINDOWS = """phone_number_id <> 0 AND (slot >= %(quiet)s
    OR (slot >= %(quiet)s - interval '7 days' AND slot < %(now)s - interval '7 days')
    OR (slot >= %(quiet)s - interval '14 days' AND slot < %(now)s - interval '14 days'))"""
_QUIET = f"""
WITH c AS (
    SELECT account_id, phone_number_id,
        coalesce(sum(n) FILTER (WHERE slot >= %(quiet)s), 0) AS now,
        coalesce(sum(n) FILTER (WHERE slot < %(now)s - interval '7 days' AND slot >= %(quiet)s - interval '7 days'), 0)
            AS week,
        coalesce(sum(n) FILTER (WHERE slot < %(now)s - interval '14 days'), 0) AS fortnight
    FROM ({_counts(_IN_WINDOWS)}) counted GROUP BY account_id, phone_number_id
)
SELECT {_NUMBER}, (
    SELECT slot FROM log_trafficslot t WHERE t.account_id = c.account_id
    AND t.slot < %(quiet)s AND t.slot >= %(quiet)s - interval '14 days' AND t.phone_number_id = c.phone_number_id
    AND t.n > 0 ORDER BY slot DESC LIMIT 1
), least(c.week, c.fortnight)
FROM c {_JOINS}
WHERE c.now <= 0 AND least(c.week, c.fortnight) >= %(least)s ORDER BY a.name, a.id, p.display_name, c.phone_number_id
"""  # noqa: S608 - every name is a constant of this module


def quiet_numbers(account_ids: Sequence[int], now: datetime) -> list[QuietNumber]:
    """Numbers that went quiet.

    The rule: no message in or out was made in the last `QUIET_AFTER`, and at least `QUIET_LEAST` in the same hours of
    the same weekday one week ago and two weeks ago. So nights, weekends and new numbers raise no alarm.
    """
    rows = _rows(_QUIET, accounts=list(account_ids), now=now, quiet=now - QUIET_AFTER, least=QUIET_LEAST)
    return [QuietNumber(NumberSummary(*row[:7]), row[7], int(row[8])) for row in rows]


_IN_SENT = f"""
SELECT {_NUMBER}, sum(c.n), coalesce(sum(c.n) FILTER (WHERE c.slot < %(day)s), 0)
FROM ({_counts("direction = 'outbound' AND status = 'sent' AND slot >= %(since)s AND slot < %(hour)s")}) c {_JOINS}
GROUP BY a.id, c.phone_number_id, p.id HAVING sum(c.n) > 0 ORDER BY 9 DESC, 8 DESC, a.name, c.phone_number_id
"""  # noqa: S608


def long_in_sent(account_ids: Sequence[int], now: datetime) -> list[MessagesInSent]:
    """How many messages of each number have been `sent` for over an hour, and for over a day; the most first.

    Messages of the last seven days. Ages count from the quarter hour in which one was made, so some of just 60 minutes
    are missing, and none is too young.
    """
    hour, day = (now - age - SLOT for age in LONG_IN_SENT)
    rows = _rows(_IN_SENT, accounts=list(account_ids), since=now - _LOOKBACK, hour=hour, day=day)
    return [MessagesInSent(NumberSummary(*row[:7]), int(row[7]), int(row[8])) for row in rows]


def count_not_folded(account_ids: Sequence[int], most: int) -> int:
    """The number of count changes that are not folded yet, counted to at most `most` + 1."""
    return count_up_to(TrafficDelta.objects.filter(account__in=account_ids), most)


def _rows(statement: str, **params: Any) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(statement, params)
        return list(cursor.fetchall())
