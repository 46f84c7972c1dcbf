"""The inbox: every webhook is stored before anything reads it, processed in batches, and never lost.

A row is `pending` until it is `done` or `quarantined`. Claiming pushes its `due_at` into the future (a lease): a
worker that dies leaves it to be claimed again. PostgreSQL is the record; Redis only rings a bell.
"""

import json
import time
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, timedelta

import structlog
from django.conf import settings
from django.db import DataError, IntegrityError, InterfaceError, OperationalError, connection, transaction
from django.db.models import QuerySet
from django.db.models.functions import Now
from psycopg.errors import DeadlockDetected

from messaging.inbound.enums import InboxState
from messaging.inbound.intake import Claimed, Intake, Reading
from messaging.inbound.models import InboxItem
from messaging.log import lifecycle
from messaging.log.assets import history
from providers.pruning import without_messages

log = structlog.get_logger("tollgate.inbox")

LEASE = timedelta(seconds=settings.INBOX_LEASE_SECONDS)
_LEASE = f"{LEASE.total_seconds()} seconds"
MAX_ATTEMPTS = 5
TOGETHER = 2  # a row that comes back more often is processed alone: it may be what kills its worker
BEGUN = "A worker started to process this webhook on its own and stopped."
_BEGINNING = datetime(2000, 1, 1, tzinfo=UTC)
_OVERLAP = timedelta(seconds=10)  # a webhook's transaction that began early may commit late
BATCH_ROWS = 2_000  # measured: a fifth faster than 1,000; more would make one bad row cost too much
BATCH_BYTES = 8 * 1024 * 1024  # bodies reach 4 MiB; a batch must fit the worker's memory whatever they hold

_STORE = """
INSERT INTO inbound_inbox
    (received_at, account_id, endpoint_id, provider, headers, body, state, attempts, due_at, reason)
VALUES (now(), %s, %s, %s, %s, %s, 'pending', 0, now(), '')
"""
# A backlog grows faster than the planner's statistics: left alone, it would sort every waiting row for each batch.
_IN_INDEX_ORDER = "SET LOCAL enable_seqscan = off; SET LOCAL enable_bitmapscan = off; SET LOCAL enable_sort = off"
# Fair between accounts: each that has rows waiting gets an equal share of the batch, so a flood of one delays no other.
# Rows are locked first and measured after: FOR UPDATE and window functions do not go together.
_CLAIM = """
WITH account AS MATERIALIZED (
    SELECT account_id FROM (SELECT DISTINCT account_id FROM inbound_webhookendpoint) e WHERE EXISTS (
        SELECT FROM inbound_inbox i WHERE i.state = 'pending' AND i.account_id = e.account_id
        AND i.due_at >= %(since)s AND i.due_at <= statement_timestamp())
), waiting AS MATERIALIZED (
    SELECT i.* FROM (SELECT account_id, %(rows)s / count(*) OVER () + 1 AS share FROM account) a
    CROSS JOIN LATERAL (
        SELECT received_at, id, due_at, octet_length(body) AS size FROM inbound_inbox
        WHERE state = 'pending' AND account_id = a.account_id
        AND due_at >= %(since)s AND due_at <= statement_timestamp()
        ORDER BY due_at, id LIMIT a.share FOR UPDATE SKIP LOCKED
    ) i
), taken AS (
    SELECT received_at, id FROM (
        SELECT *, sum(size) OVER (ORDER BY due_at, id) - size AS before FROM waiting
    ) w WHERE before < %(bytes)s
)
UPDATE inbound_inbox i SET attempts = attempts + 1, due_at = now() + %(lease)s::interval FROM taken t
WHERE i.received_at = t.received_at AND i.id = t.id
RETURNING i.received_at, i.id, i.account_id, i.endpoint_id, i.provider, i.body, i.attempts,
    extract(epoch FROM old.due_at)::float8
"""
_DONE = """
UPDATE inbound_inbox SET state = 'done', reason = '', processed_at = clock_timestamp()
WHERE received_at BETWEEN %s AND %s AND id = ANY(%s)
"""
# A parked row keeps the time it was claimed: what was registered since then was not seen.
_HOLD = """
UPDATE inbound_inbox SET state = %s, reason = %s,
    processed_at = CASE %s WHEN 'parked' THEN due_at - %s::interval ELSE now() END
WHERE received_at = %s AND id = %s
"""
_RETRY = """
UPDATE inbound_inbox SET due_at = now() + %s::interval, reason = %s WHERE received_at = %s AND id = %s
"""


# What was parked is tried again once a channel of an account that the endpoint serves was added or changed.
_UNPARK = """
UPDATE inbound_inbox i SET state = 'pending', attempts = 0, due_at = now()
WHERE i.state = 'parked' AND EXISTS (
    SELECT FROM (
        SELECT account_id, updated_at FROM log_phonenumber
        UNION ALL SELECT account_id, updated_at FROM accounts_waba
        UNION ALL SELECT account_id, updated_at FROM accounts_subaccount
    ) c WHERE c.updated_at > i.processed_at AND (c.account_id = i.account_id OR c.account_id IN (
        SELECT s.account_id FROM inbound_webhookendpoint_shared_with s WHERE s.webhookendpoint_id = i.endpoint_id))
)
"""


def store(account_id: int, endpoint_id: int, provider: str, headers: dict[str, str], body: bytes) -> None:
    """Store one webhook in a statement of its own. When this returns it is committed."""
    with connection.cursor() as cursor:
        cursor.execute(_STORE, [account_id, endpoint_id, provider, json.dumps(headers), body])


def drain(seconds: float = 60.0) -> int:
    """Work off what waits, batch by batch, until nothing is due or the time is over. Returns the rows settled."""
    settled, end, since = 0, time.monotonic() + seconds, _BEGINNING
    while time.monotonic() < end:
        claimed, oldest = claim(since=since)
        if not claimed:
            if since == _BEGINNING:
                break
            since = _BEGINNING  # one more look at everything before we rest
            continue
        settled += work(claimed)
        since = oldest - _OVERLAP
    return settled


def claim(rows: int = BATCH_ROWS, *, since: datetime = _BEGINNING) -> tuple[list[Claimed], datetime]:
    """Take rows that are due, oldest first; other workers skip them until the lease ends. Also the oldest's due time.

    `since` spares a drain in progress the index entries of what it has done: they stay until the next vacuum.
    """
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(_IN_INDEX_ORDER)
        cursor.execute(_CLAIM, {"rows": rows, "bytes": BATCH_BYTES, "lease": _LEASE, "since": since})
        claimed = cursor.fetchall()
    oldest = datetime.fromtimestamp(min(row[7] for row in claimed), UTC) if claimed else since
    return [Claimed(*row[:7]) for row in claimed], oldest


def work(claimed: Sequence[Claimed]) -> int:
    """Apply claimed rows in one transaction; when that fails, each in its own, so that one bad row delays no other.

    Needs every tenant's scope, as all that serves the whole inbox does.
    """
    intake = Intake(claimed)
    fresh = [item for item in claimed if item.attempts <= TOGETHER]
    settled = _work_together([intake.read(item) for item in fresh], intake) if fresh else 0
    returned = [item for item in claimed if item.attempts > TOGETHER]
    return settled + (_work_returned(returned, intake) if returned else 0)


def _work_together(readings: Sequence[Reading], intake: Intake) -> int:
    try:
        _apply_together(readings, intake)
        return len(readings)
    except (OperationalError, InterfaceError):
        raise  # the database is away: the lease brings every row back
    except Exception:
        log.exception("batch_failed", rows=len(readings))
    return sum(_work_alone(reading, intake) for reading in readings)


def _apply_together(readings: Sequence[Reading], intake: Intake) -> None:
    """Apply a batch; once more when it lost a deadlock, for the other worker is done by then."""
    try:
        _apply(readings, intake)
    except OperationalError as error:
        if not isinstance(error.__cause__, DeadlockDetected):
            raise
        log.warning("batch_deadlocked", rows=len(readings))
        _apply(readings, intake)


def _apply(readings: Sequence[Reading], intake: Intake) -> None:
    reports = [report for reading in readings for report in reading.reports]
    intake.directory.load_templates((report.account_id, report.event) for report in reports)
    lifecycle.ensure_partitions(reports)
    with transaction.atomic():
        deleted = lifecycle.apply(reports, intake.directory)
        history.apply_changes([one for reading in readings for one in reading.announcements])
        history.apply_contacts([one for reading in readings for one in reading.contacts])
        _settle([(reading.item, _state(reading), reading.reason) for reading in readings])
        for reading in readings if deleted else ():
            _prune(reading, deleted)


def _prune(reading: Reading, deleted: set[lifecycle.Key]) -> None:
    """Take what a webhook says of deleted messages out of it, now that it has counted."""
    item = reading.item
    keys = ((report.account_id, report.provider, report.event.provider_message_id) for report in reading.reports)
    if ids := {key[2] for key in keys if key in deleted}:
        rewrite(item.received_at, item.id, without_messages(item.body, reading.parsed, ids))


def rewrite(received_at: datetime, item_id: int, body: bytes | None) -> None:
    """Give a stored webhook another body; None: nothing of it stays."""
    rows = InboxItem.objects.filter(received_at=received_at, pk=item_id)
    if body is None:
        rows.delete()
    else:
        rows.update(body=body)


def _state(reading: Reading) -> InboxState:
    if reading.waits_for:
        return InboxState.PARKED
    return InboxState.QUARANTINED if reading.problems else InboxState.DONE


def _settle(outcomes: Sequence[tuple[Claimed, InboxState, str]]) -> None:
    done = [item for item, state, _ in outcomes if state == InboxState.DONE]
    with connection.cursor() as cursor:
        if done:
            times = [item.received_at for item in done]  # name the partitions
            cursor.execute(_DONE, [min(times), max(times), [item.id for item in done]])
        for item, state, reason in outcomes:
            if state != InboxState.DONE:
                word = str(state)
                cursor.execute(_HOLD, [word, reason, word, _LEASE, item.received_at, item.id])


def _work_returned(claimed: Sequence[Claimed], intake: Intake) -> int:
    """Work off rows that came back again and again, one by one, each marked before: so it is known which one kills.

    Those that were begun before go last, and into quarantine when the attempts are used up.
    """
    ids = [item.id for item in claimed]
    begun = set(InboxItem.objects.filter(pk__in=ids, reason=BEGUN).values_list("pk", flat=True))
    settled = 0
    for item in sorted(claimed, key=lambda item: item.id in begun):
        if item.id in begun and item.attempts > MAX_ATTEMPTS:
            _settle([(item, InboxState.QUARANTINED, f"{BEGUN} That was attempt {item.attempts - 1}.")])
            settled += 1
        else:
            InboxItem.objects.filter(pk=item.id, received_at=item.received_at).update(reason=BEGUN)
            settled += _work_alone(intake.read(item), intake)
    return settled


def _work_alone(reading: Reading, intake: Intake) -> int:
    """Process one row alone: done, or retried later, or quarantined after the fifth failure."""
    try:
        _apply([reading], intake)
        return 1
    except (OperationalError, InterfaceError):
        raise
    except Exception as error:  # noqa: BLE001 - any fault is this row's fault here, and is written down with it
        item, reason = reading.item, f"{type(error).__name__}: {error}"
        if item.attempts >= MAX_ATTEMPTS or isinstance(error, DataError | IntegrityError):
            _settle([(item, InboxState.QUARANTINED, reason)])
            return 1
        with connection.cursor() as cursor:
            delay = f"{10 * 4 ** (item.attempts - 1)} seconds"
            cursor.execute(_RETRY, [delay, reason, item.received_at, item.id])
        return 0


def replay(ids: Iterable[int]) -> int:
    """Put stored webhooks back in line, whatever their state. Returns how many; applying them again is harmless."""
    return replay_all(InboxItem.objects.filter(pk__in=list(ids)))


def replay_all(rows: QuerySet[InboxItem]) -> int:
    """Put all of a query's webhooks back in line."""
    return rows.update(state=InboxState.PENDING, attempts=0, due_at=Now(), reason="", processed_at=None)


def unpark() -> int:
    """Put parked webhooks back in line whose account has registered something since."""
    with connection.cursor() as cursor:
        cursor.execute(_UNPARK)
        return int(cursor.rowcount)
