"""Sending by workers. One worker sends at a time, over many connections.

A row of `sending_submission` is new until it is logged, `queued` until it is due, `sending` during the request,
`answered` once the result is stored, and deleted once the result is logged. A worker that dies during a request leaves
a row whose lease expires. Whether that message was sent is unknown, so it becomes `uncertain` and is not sent again.
The next worker repeats everything else.
"""

import time
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from datetime import UTC, datetime, timedelta
from typing import Any

import structlog
from django.db import connection

from core.locks import session_lock
from messaging.log.enums import SubmissionState
from messaging.sending import acceptance, pacing, routes, settlement
from messaging.sending.models import Submission
from messaging.sending.results import AttemptResult, ResultKind, attempt_result
from messaging.sending.suppressing import stopped_result, waiting_stops
from messaging.suppression.selectors.stops import Stop
from providers.outcomes import Outcome, Uncertain

log = structlog.get_logger("tollgate.sending")

LEASE = timedelta(seconds=90)  # an adapter gives up after 50 seconds at most
CONNECTIONS = 32
_MAX_PER_NUMBER = 16  # in one claim, so that a flood of one number does not delay others

# Skip paused numbers: they may have many due rows, which would be read for nothing.
_CLAIM = """
WITH due AS MATERIALIZED (
    SELECT s.id FROM (
        SELECT id FROM log_phonenumber WHERE id <> ALL(%(paused)s::bigint[])
    ) n CROSS JOIN LATERAL (
        SELECT id, due_at FROM sending_submission
        WHERE state = 'queued' AND is_logged AND phone_number_id = n.id AND due_at <= statement_timestamp()
        ORDER BY due_at, id LIMIT %(per_number)s FOR UPDATE SKIP LOCKED
    ) s ORDER BY s.due_at, s.id LIMIT %(most)s
)
UPDATE sending_submission SET state = 'sending', attempts = attempts + 1,
    due_at = statement_timestamp() + %(lease)s::interval
WHERE id IN (SELECT id FROM due) RETURNING id
"""
_EXPIRE_LEASES = """
UPDATE sending_submission SET state = 'answered', outcome = CASE WHEN provider_message_id <> ''
    THEN jsonb_build_object('kind', 'accepted', 'at', statement_timestamp(), 'by', 'webhook',
        'provider_message_id', provider_message_id)
    ELSE jsonb_build_object('kind', 'uncertain', 'at', statement_timestamp(), 'title', %(reason)s::text) END
WHERE state = 'sending' AND due_at < statement_timestamp()
"""
_REASON = "Tollgate stopped while waiting for the provider."


def send_due(seconds: float = 20.0) -> int:
    """Send due messages until none is due or the time is over. Returns the number of requests.

    Needs every tenant's scope. Returns at once when another worker is sending.
    """
    with session_lock("messaging.sending") as is_locked:
        return _send(time.monotonic() + seconds) if is_locked else 0


def expire_leases() -> int:
    """End the requests of a dead process: accepted when a webhook says so, else uncertain."""
    with connection.cursor() as cursor:
        cursor.execute(_EXPIRE_LEASES, {"reason": _REASON})
        return int(cursor.rowcount)


InFlight = dict["Future[Outcome]", Submission]


def _send(end: float) -> int:
    expire_leases()
    sent, in_flight, paused = 0, InFlight(), dict[int, float]()
    with ThreadPoolExecutor(CONNECTIONS, thread_name_prefix="sender") as pool:
        while True:
            settlement.log_new()
            claimed = _claim(CONNECTIONS - len(in_flight), paused) if time.monotonic() < end else []
            stops = waiting_stops(claimed)
            for submission in claimed:
                request = _begin(submission, paused, stops.get(submission.pk))
                if request is not None:
                    in_flight[pool.submit(request)] = submission
                    sent += 1
            if in_flight:
                done, _ = wait(in_flight, timeout=0.2, return_when=FIRST_COMPLETED)
                for future in done:
                    _finish(future, in_flight.pop(future))
            settled = settlement.settle()
            if not (in_flight or claimed or settled):
                return sent


def _claim(most: int, paused: dict[int, float]) -> list[Submission]:
    """Claim rows to send now."""
    if most <= 0:
        return []
    now = time.monotonic()
    for number_id in [pk for pk, until in paused.items() if until <= now]:
        del paused[number_id]
    params: dict[str, Any] = {"paused": list(paused), "per_number": _MAX_PER_NUMBER, "most": most, "lease": LEASE}
    with connection.cursor() as cursor:
        cursor.execute(_CLAIM, params)
        ids = [row[0] for row in cursor.fetchall()]
    rows = Submission.objects.select_related("phone_number__account", "phone_number__subaccount")
    return list(rows.filter(pk__in=ids).order_by("id")) if ids else []


def _begin(submission: Submission, paused: dict[int, float], stop: Stop | None) -> Any:
    """The request to make, or None when the message is requeued or has ended."""
    now = datetime.now(UTC)
    if submission.expires_at is not None and submission.expires_at <= now:
        acceptance.record(
            submission.umid, AttemptResult(kind=ResultKind.EXPIRED, at=submission.expires_at.isoformat(), by="tollgate")
        )
        return None
    if stop is not None:
        acceptance.record(submission.umid, stopped_result(submission.shape, stop, now))
        return None
    try:
        route = routes.route(submission)
    except routes.NoRoute as error:
        rejection = AttemptResult(kind=ResultKind.REJECTED, at=now.isoformat(), title=str(error), by="tollgate")
        acceptance.record(submission.umid, rejection)
        return None
    pause = pacing.reserve(route.sender, str(submission.about.get("msisdn") or ""))
    if pause is not None:
        if pause.is_for_number:
            paused[route.sender.phone_number_id] = time.monotonic() + pause.seconds
        _requeue(submission, now + timedelta(seconds=pause.seconds))
        return None
    return route.request


def _requeue(submission: Submission, due_at: datetime) -> None:
    Submission.objects.filter(pk=submission.pk, state=SubmissionState.SENDING).update(
        state=SubmissionState.QUEUED, attempts=submission.attempts - 1, due_at=due_at
    )


def _finish(future: "Future[Outcome]", submission: Submission) -> None:
    """Record the outcome of a request."""
    try:
        outcome = future.result()
    except Exception as error:  # an unforeseen error: the request may have been sent
        log.exception("adapter_failed", submission=submission.pk)
        outcome = Uncertain(type(error).__name__)
    now = datetime.now(UTC)
    pacing.pause_after_refusal(submission, outcome)
    acceptance.record(
        submission.umid,
        attempt_result(outcome, at=now, attempts=submission.attempts, expires_at=submission.expires_at, retry=True),
    )
