"""The inbox: webhooks are stored before they are parsed, processed in batches, and never lost.

A row is `pending` until it is `done` or `quarantined`. Claiming moves its `due_at` into the future (a lease), so the
rows of a dead worker are claimed again. PostgreSQL is the source of truth; Redis only wakes workers.
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

from core.garbage import paused_collection
from messaging.calls.services import apply_calls
from messaging.inbound.awaiting import note_early_edits, note_foreign_edits, requeue_awaiting
from messaging.inbound.enums import InboxState, ReasonKind
from messaging.inbound.intake import ClaimedItem, Intake, Reading, Result
from messaging.inbound.models import InboxItem, Replay
from messaging.legs.services import apply_legs
from messaging.log import lifecycle
from messaging.log.assets import history
from messaging.log.lifecycle.people import record_contacts
from messaging.log.lifecycle.stops import is_preference, record_preferences
from providers.pruning import PersonalEvent, without_messages

log = structlog.get_logger("tollgate.inbox")

LEASE = timedelta(seconds=settings.INBOX_LEASE_SECONDS)
_LEASE = f"{LEASE.total_seconds()} seconds"
MAX_ATTEMPTS = 5
MAX_BATCH_ATTEMPTS = 2  # a row with more attempts is processed alone: it may kill its worker
STARTED_ALONE = "A worker started to process this webhook on its own and stopped."
_EPOCH = datetime(2000, 1, 1, tzinfo=UTC)
_OVERLAP = timedelta(seconds=10)  # a webhook's transaction may commit long after its start
BATCH_ROWS = 2_000  # measured: a fifth faster than 1,000; with more, one bad row would cost too much
BATCH_BYTES = 8 * 1024 * 1024  # bodies reach 4 MiB; a batch must fit into the worker's memory

_STORE = """
INSERT INTO inbound_inbox
    (received_at, account_id, endpoint_id, provider, headers, body, state, attempts, due_at, reason)
VALUES (now(), %s, %s, %s, %s, %s, 'pending', 0, now(), '')
"""
# A backlog grows faster than the planner's statistics, so the planner would sort all pending rows for each batch.
_IN_INDEX_ORDER = "SET LOCAL enable_seqscan = off; SET LOCAL enable_bitmapscan = off; SET LOCAL enable_sort = off"
# Each account with pending rows gets an equal share of the batch, so a flood of one account does not delay others.
# Rows are locked first and measured later: FOR UPDATE excludes window functions.
_CLAIM = """
WITH account AS MATERIALIZED (
    SELECT account_id FROM (SELECT DISTINCT account_id FROM inbound_webhookendpoint) e WHERE EXISTS (
        SELECT FROM inbound_inbox i WHERE i.state = 'pending' AND i.account_id = e.account_id
        AND i.due_at >= %(since)s AND i.due_at <= statement_timestamp())
), pending AS MATERIALIZED (
    SELECT i.* FROM (SELECT account_id, %(rows)s / count(*) OVER () + 1 AS share FROM account) a
    CROSS JOIN LATERAL (
        SELECT received_at, id, due_at, octet_length(body) AS size FROM inbound_inbox
        WHERE state = 'pending' AND account_id = a.account_id
        AND due_at >= %(since)s AND due_at <= statement_timestamp()
        ORDER BY due_at, id LIMIT a.share FOR UPDATE SKIP LOCKED
    ) i
), selected AS (
    SELECT received_at, id FROM (
        SELECT *, sum(size) OVER (ORDER BY due_at, id) - size AS before FROM pending
    ) w WHERE before < %(bytes)s
)
UPDATE inbound_inbox i SET attempts = attempts + 1, due_at = now() + %(lease)s::interval FROM selected t
WHERE i.received_at = t.received_at AND i.id = t.id
RETURNING i.received_at, i.id, i.account_id, i.endpoint_id, i.provider, i.body, i.attempts,
    extract(epoch FROM old.due_at)::float8
"""
_DONE = """
UPDATE inbound_inbox SET state = 'done', reason = '', processed_at = clock_timestamp()
WHERE received_at BETWEEN %s AND %s AND id = ANY(%s)
"""
# `processed_at` of a parked row is the time of its claim: later registrations were not seen.
_SET_STATE = """
UPDATE inbound_inbox SET state = %s, reason = %s, outcome = %s::jsonb,
    processed_at = CASE %s WHEN 'parked' THEN due_at - %s::interval ELSE now() END
WHERE received_at = %s AND id = %s
"""
_RETRY = """
UPDATE inbound_inbox SET due_at = now() + %s::interval, reason = %s WHERE received_at = %s AND id = %s
"""
# Parked rows are retried when a channel of an account that the endpoint serves was added or changed.
_UNPARK = """
UPDATE inbound_inbox i SET state = 'pending', attempts = 0, due_at = now(), outcome = NULL
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
    """Process due webhooks in batches until none is due or the time is over. Returns the number of settled rows."""
    settled, end, since = 0, time.monotonic() + seconds, _EPOCH
    while time.monotonic() < end:
        claimed, oldest = claim(since=since)
        if not claimed:
            if since == _EPOCH:
                break
            since = _EPOCH  # check all rows once more before stopping
            continue
        settled += settle(claimed)
        since = oldest - _OVERLAP
    return settled


def claim(rows: int = BATCH_ROWS, *, since: datetime = _EPOCH) -> tuple[list[ClaimedItem], datetime]:
    """Claim due rows, oldest first; other workers skip them until the lease ends. Also returns the oldest due time.

    `since` lets a running drain skip index entries of rows it has done, which stay until the next vacuum.
    """
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(_IN_INDEX_ORDER)
        cursor.execute(_CLAIM, {"rows": rows, "bytes": BATCH_BYTES, "lease": _LEASE, "since": since})
        claimed = cursor.fetchall()
    oldest = datetime.fromtimestamp(min(row[7] for row in claimed), UTC) if claimed else since
    return [ClaimedItem(*row[:7]) for row in claimed], oldest


@paused_collection()
def settle(claimed: Sequence[ClaimedItem]) -> int:
    """Apply claimed rows in one transaction; if that fails, each in its own, so that a bad row does not delay others.

    Returns the number of settled rows. Needs every tenant's scope.
    """
    intake = Intake(claimed)
    new = [item for item in claimed if item.attempts <= MAX_BATCH_ATTEMPTS]
    settled = _settle_batch([intake.read(item) for item in new], intake) if new else 0
    retried = [item for item in claimed if item.attempts > MAX_BATCH_ATTEMPTS]
    return settled + (_settle_retried(retried, intake) if retried else 0)


def _settle_batch(readings: Sequence[Reading], intake: Intake) -> int:
    try:
        _apply_batch(readings, intake)
        return len(readings)
    except (OperationalError, InterfaceError):
        raise  # the database is unavailable: the lease returns every row
    except Exception:
        log.exception("batch_failed", rows=len(readings))
    return sum(_settle_alone(reading, intake) for reading in readings)


def _apply_batch(readings: Sequence[Reading], intake: Intake) -> None:
    """Apply a batch; retry it once after a deadlock, when the other worker has finished."""
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
        deleted, early, erased, foreign = lifecycle.apply(reports, intake.directory)
        requeue_awaiting(readings)
        note_early_edits(readings, early)
        note_foreign_edits(readings, foreign)
        history.apply_changes([item for reading in readings for item in reading.announcements])
        contacts = [report for reading in readings for report in reading.contacts if report.key not in deleted]
        history.apply_contacts([report for report in contacts if not is_preference(report)])
        record_preferences(contacts)
        record_contacts(contacts)
        records = [record for reading in readings for record in reading.records]
        late = {id(report) for report in (*erased, *apply_calls(records), *apply_legs(records))}
        _set_states([(reading.item, _state(reading), reading.result) for reading in readings])
        for reading in readings if deleted or late else ():
            _prune(reading, deleted, late)


def _prune(reading: Reading, deleted: set[lifecycle.Key], late: set[int]) -> None:
    """Remove deleted messages, and reports about erased persons (their ids as objects), after they were counted."""
    item = reading.item
    ids = {report.event.provider_message_id for report in reading.reports if report.key in deleted}
    events: list[PersonalEvent] = [report.event for report in reading.reports if id(report) in late]
    events += [report.event for report in reading.records if id(report) in late]
    if ids or events:
        rewrite(item.received_at, item.id, without_messages(item.body, reading.parsed, ids, events))


def rewrite(received_at: datetime, item_id: int, body: bytes | None) -> None:
    """Replace the body of a stored webhook; delete the webhook if the body is None."""
    rows = InboxItem.objects.filter(received_at=received_at, pk=item_id)
    if body is None:
        rows.delete()
    else:
        rows.update(body=body)


def _state(reading: Reading) -> InboxState:
    if reading.missing:
        return InboxState.PARKED
    return InboxState.QUARANTINED if reading.is_quarantined else InboxState.DONE


def _set_states(results: Sequence[tuple[ClaimedItem, InboxState, Result]]) -> None:
    done = [item for item, state, result in results if state == InboxState.DONE and not result.reason]
    with connection.cursor() as cursor:
        if done:
            times = [item.received_at for item in done]  # select the partitions
            cursor.execute(_DONE, [min(times), max(times), [item.id for item in done]])
        for item, state, (reason, outcome) in results:
            if state != InboxState.DONE or reason:
                cursor.execute(
                    _SET_STATE,
                    [str(state), reason, json.dumps(outcome), str(state), _LEASE, item.received_at, item.id],
                )


def _settle_retried(claimed: Sequence[ClaimedItem], intake: Intake) -> int:
    """Process retried rows one by one, each marked first, so that the mark identifies a row that kills its worker.

    Marked rows come last, and are quarantined after their last attempt.
    """
    ids = [item.id for item in claimed]
    started = set(InboxItem.objects.filter(pk__in=ids, reason=STARTED_ALONE).values_list("pk", flat=True))
    settled = 0
    for item in sorted(claimed, key=lambda item: item.id in started):
        if item.id in started and item.attempts > MAX_ATTEMPTS:
            _quarantine(item, f"{STARTED_ALONE} That was attempt {item.attempts - 1}.", 1)
            settled += 1
        else:
            InboxItem.objects.filter(pk=item.id, received_at=item.received_at).update(reason=STARTED_ALONE)
            settled += _settle_alone(intake.read(item), intake)
    return settled


def _settle_alone(reading: Reading, intake: Intake) -> int:
    """Process one row alone. A failed row is retried later, and quarantined after the fifth failure."""
    try:
        _apply([reading], intake)
        return 1
    except (OperationalError, InterfaceError):
        raise
    except Exception as error:  # noqa: BLE001 - any error here is caused by this row
        item, reason = reading.item, f"{type(error).__name__}: {error}"
        if item.attempts >= MAX_ATTEMPTS or isinstance(error, DataError | IntegrityError):
            _quarantine(item, reason, len(reading.parsed.events) + len(reading.problems) + len(reading.others))
            return 1
        with connection.cursor() as cursor:
            delay = f"{10 * 4 ** (item.attempts - 1)} seconds"
            cursor.execute(_RETRY, [delay, reason, item.received_at, item.id])
        return 0


def _quarantine(item: ClaimedItem, reason: str, held: int) -> None:
    """Quarantine a row of which nothing is applied."""
    _set_states([(item, InboxState.QUARANTINED, Result.of([(ReasonKind.FAILED, reason)], held))])


def replay(ids: Iterable[int]) -> int:
    """Requeue stored webhooks in any state. Returns how many; applying them again is harmless."""
    return replay_all(InboxItem.objects.filter(pk__in=list(ids)))


def replay_all(rows: QuerySet[InboxItem], part_of: Replay | None = None) -> int:
    """Requeue all webhooks of a query, as a part of a larger replay if one is given. Returns how many."""
    return rows.update(
        state=InboxState.PENDING,
        attempts=0,
        due_at=Now(),
        reason="",
        outcome=None,
        replay=part_of,
        processed_at=None,
        awaits=None,
    )


def unpark() -> int:
    """Requeue parked webhooks whose account has registered something since. Returns how many."""
    with connection.cursor() as cursor:
        cursor.execute(_UNPARK)
        return int(cursor.rowcount)
