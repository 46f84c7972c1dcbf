"""The inbox: every webhook is stored before anything reads it, worked off in batches, and never lost.

A row is `pending` until it is `done` or `quarantined`. Claiming pushes its `due_at` into the future (a lease): a
worker that dies leaves it to be claimed again. PostgreSQL is the record; Redis only rings a bell.
"""

import json
import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import structlog
from django.db import DataError, IntegrityError, InterfaceError, OperationalError, connection, transaction
from django.db.models.functions import Now

from messaging import lifecycle
from messaging.directory import Directory, Unregistered
from messaging.enums import InboxState
from messaging.events import Parsed, Unparsable
from messaging.models import InboxItem
from messaging.providers import PARSERS
from portal.core.tenancy import every_tenant

log = structlog.get_logger("tollgate.inbox")

LEASE = timedelta(seconds=90)
MAX_ATTEMPTS = 5
BATCH_ROWS = 1_000
BATCH_BYTES = 8 * 1024 * 1024  # bodies reach 4 MiB; a batch must fit the worker's memory whatever they hold
FUTURE = timedelta(days=366)  # a provider's clock may be wrong by days; by a year it is no time at all

_STORE = """
INSERT INTO messaging_inbox
    (received_at, account_id, endpoint_id, provider, headers, body, state, attempts, due_at, reason)
VALUES (now(), %s, %s, %s, %s, %s, 'pending', 0, now(), '')
"""
# The rows are locked first and counted after: FOR UPDATE and window functions do not go together.
_CLAIM = """
WITH waiting AS MATERIALIZED (
    SELECT received_at, id, due_at, octet_length(body) AS size FROM messaging_inbox
    WHERE state = 'pending' AND due_at <= statement_timestamp()
    ORDER BY due_at, id LIMIT %(rows)s FOR UPDATE SKIP LOCKED
), taken AS (
    SELECT received_at, id FROM (
        SELECT *, sum(size) OVER (ORDER BY due_at, id) - size AS before FROM waiting
    ) w WHERE before < %(bytes)s
)
UPDATE messaging_inbox i SET attempts = attempts + 1, due_at = now() + %(lease)s::interval FROM taken t
WHERE i.received_at = t.received_at AND i.id = t.id
RETURNING i.received_at, i.id, i.account_id, i.provider, i.body, i.attempts
"""
_SETTLE = """
UPDATE messaging_inbox i SET state = s.state, reason = s.reason, processed_at = now()
FROM unnest(%s::timestamptz[], %s::bigint[], %s::text[], %s::text[]) AS s (received_at, id, state, reason)
WHERE i.received_at = s.received_at AND i.id = s.id
"""
_RETRY = """
UPDATE messaging_inbox SET due_at = now() + %s::interval, reason = %s WHERE received_at = %s AND id = %s
"""


@dataclass(frozen=True, slots=True)
class Claimed:
    """A row this worker holds until its lease ends."""

    received_at: datetime
    id: int
    account_id: int
    provider: str
    body: bytes
    attempts: int


@dataclass(slots=True)
class Read:
    """A claimed row, understood: the events that can be applied and why others cannot."""

    item: Claimed
    reports: list[lifecycle.Report]
    problems: list[str]


def store(account_id: int, endpoint_id: int, provider: str, headers: dict[str, str], body: bytes) -> None:
    """Store one webhook in a statement of its own. When this returns it is committed."""
    with connection.cursor() as cursor:
        cursor.execute(_STORE, [account_id, endpoint_id, provider, json.dumps(headers), body])


def drain(seconds: float = 60.0) -> int:
    """Work off what waits, batch by batch, until nothing is due or the time is over. Returns the rows settled."""
    settled, end = 0, time.monotonic() + seconds
    while time.monotonic() < end:
        claimed = claim()
        if not claimed:
            break
        settled += work(claimed)
    return settled


def claim(rows: int = BATCH_ROWS) -> list[Claimed]:
    """Take rows that are due, oldest first; other workers skip them until the lease ends."""
    with connection.cursor() as cursor:
        cursor.execute(_CLAIM, {"rows": rows, "bytes": BATCH_BYTES, "lease": f"{LEASE.total_seconds()} seconds"})
        return [Claimed(*row) for row in cursor.fetchall()]


def work(claimed: Sequence[Claimed]) -> int:
    """Apply claimed rows in one transaction; when that fails, each in its own, so that one bad row stands alone."""
    with every_tenant():
        directory = Directory({item.account_id for item in claimed})
        reads = [read(item, directory) for item in claimed]
        try:
            _apply(reads, directory)
            return len(reads)
        except (OperationalError, InterfaceError):
            raise  # the database is away or two workers collided: the lease brings every row back
        except Exception:
            log.exception("batch_failed", rows=len(reads))
        return sum(_work_alone(one, directory) for one in reads)


def read(item: Claimed, directory: Directory) -> Read:
    """Parse a body and find where its events belong. Never raises: what goes wrong becomes a problem."""
    try:
        parsed = PARSERS[item.provider](item.body)
    except Unparsable as error:
        parsed = Parsed(problems=[str(error)])
    except Exception as error:  # a parser's bug must cost one row, not the worker
        log.exception("parser_failed", inbox=item.id)
        parsed = Parsed(problems=[f"The parser failed: {error!r}."])
    read = Read(item, [], parsed.problems)
    for event in parsed.events:
        try:
            place = directory.place(item.account_id, item.provider, event)
        except Unregistered as error:
            read.problems.append(f"{str(error)[:1].upper()}{str(error)[1:]}: register it, then replay.")
            continue
        if event.at > item.received_at + FUTURE:
            read.problems.append(f"Event {event.provider_message_id!r} is dated {event.at:%Y-%m-%d}, in the future.")
            continue
        read.reports.append(lifecycle.Report(item.account_id, item.provider, event, place, item.id, item.received_at))
    return read


def _apply(reads: Sequence[Read], directory: Directory) -> None:
    reports = [report for one in reads for report in one.reports]
    directory.load_templates((report.account_id, report.event) for report in reports)
    with transaction.atomic():
        lifecycle.apply(reports, directory)
        _settle([(one.item, "\n".join(dict.fromkeys(one.problems))) for one in reads])


def _settle(outcomes: Iterable[tuple[Claimed, str]]) -> None:
    rows = [
        (item.received_at, item.id, str(InboxState.QUARANTINED if reason else InboxState.DONE), reason)
        for item, reason in outcomes
    ]
    with connection.cursor() as cursor:
        cursor.execute(_SETTLE, [list(column) for column in zip(*rows, strict=True)])


def _work_alone(one: Read, directory: Directory) -> int:
    """Settle one row by itself: done, or tried again later, or after the fifth failure quarantined."""
    try:
        _apply([one], directory)
        return 1
    except (OperationalError, InterfaceError):
        raise
    except Exception as error:  # noqa: BLE001 - any fault is this row's fault here, and is written down with it
        item, reason = one.item, f"{type(error).__name__}: {error}"
        if item.attempts >= MAX_ATTEMPTS or isinstance(error, DataError | IntegrityError):
            _settle([(item, reason)])
            return 1
        with connection.cursor() as cursor:
            delay = f"{10 * 4 ** (item.attempts - 1)} seconds"
            cursor.execute(_RETRY, [delay, reason, item.received_at, item.id])
        return 0


def replay(ids: Iterable[int]) -> int:
    """Put stored webhooks back in line, whatever their state. Returns how many; applying them again is harmless."""
    return InboxItem.objects.filter(pk__in=list(ids)).update(
        state=InboxState.PENDING, attempts=0, due_at=Now(), reason="", processed_at=None
    )
