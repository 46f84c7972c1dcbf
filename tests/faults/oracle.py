"""The invariants after a fault: no acknowledged event is lost, each has its effect once, nothing is in flight.

It reads the database itself, without Tollgate's code, and knows only what the load client posted.
"""

import time
from collections import defaultdict
from datetime import UTC, datetime
from typing import Any

import psycopg

from tests.faults.load import Event, Load

SETTLED_WITHIN = 120.0
_IN_FLIGHT = """
SELECT (SELECT count(*) FROM inbound_inbox WHERE state = 'pending') AS pending,
    (SELECT count(*) FROM billing_dirtybucket) AS dirty, (SELECT count(*) FROM log_trafficdelta) AS deltas
"""
_MESSAGES = """
SELECT provider_message_id, sent_at, delivered_at, read_at, failed_at, status, category FROM log_message
"""
_HISTORY = """
SELECT m.provider_message_id, e.state, e.at FROM log_statusevent e JOIN log_message m ON m.id = e.message_id
"""
_FACTS = """
SELECT m.provider_message_id, f.billed_at, k.category FROM billing_usagefact f
JOIN billing_usagekind k ON k.id = f.kind_id
JOIN log_message m ON m.umid = f.message_key
"""
_LINES = """
SELECT l.state, sum(l.n), bool_and(l.amount = l.n * l.unit_price),
    bool_and(l.n <= (SELECT count(*) FROM billing_usagefact f WHERE f.bucket_id = l.bucket_id))
FROM billing_ratedline l GROUP BY 1
"""
_COUNTED = "SELECT status, sum(n)::bigint FROM log_trafficslot GROUP BY 1 HAVING sum(n) <> 0"
_STATUS = (("read", "read"), ("delivered", "delivered"), ("failed", "undelivered"), ("sent", "sent"))


class Oracle:
    """Compares a Tollgate's database with the responses that a load client got."""

    def __init__(self, url: str) -> None:
        self._url = url

    def ask(self, statement: str) -> list[tuple[Any, ...]]:
        with psycopg.connect(self._url, autocommit=True, options="-c timezone=UTC") as connection:
            return connection.execute(statement).fetchall()

    def check(self, load: Load) -> float:
        """Wait until nothing is in flight, then compare; the seconds that took."""
        self.everything_acknowledged_is_stored(load)
        seconds = self.settle()
        self.every_effect_is_there_once(load)
        return seconds

    def everything_acknowledged_is_stored(self, load: Load) -> None:
        assert load.acknowledged.total() >= len(load.bodies), "the load client gave up on some webhooks"
        stored = {bytes(body): n for body, n in self.ask("SELECT body, count(*) FROM inbound_inbox GROUP BY 1")}
        lost = {body: n for body, n in load.acknowledged.items() if stored.get(body, 0) < n}
        assert not lost, f"{len(lost)} bodies were acknowledged more often than they are stored"
        assert stored.keys() <= load.acknowledged.keys()

    def settle(self) -> float:
        """Wait until no row waits, no bucket is dirty and no count is unfolded; the seconds that took."""
        start = time.monotonic()
        while (left := self.ask(_IN_FLIGHT)[0]) != (0, 0, 0):
            if time.monotonic() - start > SETTLED_WITHIN:
                raise AssertionError(f"after {SETTLED_WITHIN:.0f} s: {left} pending rows, dirty marks, unfolded counts")
            time.sleep(0.5)
        return time.monotonic() - start

    def every_effect_is_there_once(self, load: Load) -> None:
        expected = expected_messages(load.events)
        assert self.ask("SELECT state, count(*) FROM inbound_inbox WHERE state <> 'done' GROUP BY 1") == []
        _assert_same(expected.items(), [(row[0], row[1:]) for row in self.ask(_MESSAGES)])
        _assert_same([(e.wamid, e.state, _time(e.at)) for e in load.events], self.ask(_HISTORY))
        delivered = [(wamid, row[1], row[5]) for wamid, row in expected.items() if row[1] is not None]
        _assert_same(delivered, self.ask(_FACTS))
        assert self.ask(_LINES) == [("charged", len(delivered), True, True)]
        counted = dict(self.ask(_COUNTED))
        by_status: dict[str, int] = defaultdict(int)
        for row in expected.values():
            by_status[row[4]] += 1
        assert counted == by_status


def expected_messages(events: list[Event]) -> dict[str, tuple[Any, ...]]:
    """By wamid: sent, delivered, read, failed, status, category; a plain model of a message's life."""
    times: dict[str, dict[str, int]] = defaultdict(dict)
    for event in events:
        times[event.wamid][event.state] = min(event.at, times[event.wamid].get(event.state, event.at))
    return {
        wamid: (
            *(_time(states[state]) if state in states else None for state in ("sent", "delivered", "read", "failed")),
            next(word for state, word in _STATUS if state in states),
            "marketing",
        )
        for wamid, states in times.items()
    }


def _time(seconds: int) -> datetime:
    return datetime.fromtimestamp(seconds, UTC)


def _assert_same(expected: Any, actual: Any) -> None:
    """Each of the expected exactly once; shows a few of the differences, not thousands of rows."""
    expected, actual = set(expected), list(actual)
    missing, unexpected = expected - set(actual), set(actual) - expected
    assert not missing, f"{len(missing)} missing, such as {sorted(missing, key=str)[:3]}"
    assert not unexpected, f"{len(unexpected)} unexpected, such as {sorted(unexpected, key=str)[:3]}"
    assert len(actual) == len(expected), f"{len(actual) - len(expected)} twice"
