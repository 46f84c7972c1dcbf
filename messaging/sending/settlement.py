"""From submissions into the log: that a message waits, and how each attempt ended. Set-based, as the inbox is."""

import time
from collections.abc import Callable, Sequence
from datetime import UTC, datetime

import structlog
from celery.exceptions import SoftTimeLimitExceeded
from django.db import InterfaceError, OperationalError, connection, transaction
from django.db.models import QuerySet

from messaging.log import lifecycle
from messaging.log.directory import Directory, Placement
from messaging.log.enums import PayloadKind, SubmissionState
from messaging.log.lifecycle.attributes import MessageAttributes, StoredPayload, set_attributes, store_payloads
from messaging.log.lifecycle.events import MessageSubscription, subscribe
from messaging.log.lifecycle.provider_ids import Binding, assign_provider_ids
from messaging.log.models import PhoneNumber, Source
from messaging.sending.models import Submission
from messaging.sending.requests import Origin, SendSummary
from messaging.sending.results import AttemptResult, ResultKind
from providers.events import MessageEvent

log = structlog.get_logger("tollgate.sending")
BATCH = 1_000
_REST = 60.0  # seconds until a row that failed is tried again
_NO_FAULT_OF_A_ROW = (OperationalError, InterfaceError, SoftTimeLimitExceeded)
_resting: dict[int, float] = {}  # until when, of the rows this process could not work off
_EVENTS = {
    ResultKind.REJECTED: "rejected",
    ResultKind.UNREACHED: "rejected",
    ResultKind.EXPIRED: "expired",
    ResultKind.CANCELLED: "rejected",
}

_AGAIN = """
UPDATE sending_submission s SET state = 'queued', due_at = a.at, outcome = NULL
FROM unnest(%s::bigint[], %s::timestamptz[]) a (id, at) WHERE s.id = a.id
"""


def log_new() -> int:
    """Put new submissions into the log, as queued under their UMID; returns how many."""
    return _in_batches(Submission.objects.filter(is_logged=False), _log)


def settle() -> int:
    """Write into the log what was answered; returns how many rows are done with."""
    return _in_batches(Submission.objects.filter(state=SubmissionState.ANSWERED, is_logged=True), _settle)


_Work = Callable[[Sequence[Submission]], None]


def _in_batches(waiting: QuerySet[Submission], work: _Work) -> int:
    """Process rows together; when that fails, one by one, so that a bad row delays no other."""
    done, now = 0, time.monotonic()
    for pk in [pk for pk, until in _resting.items() if until <= now]:
        del _resting[pk]
    while True:
        with transaction.atomic():
            rested = waiting.exclude(pk__in=list(_resting)) if _resting else waiting
            rows = list(rested.order_by("id").select_for_update(skip_locked=True, no_key=True)[:BATCH])
            if not rows:
                return done
            try:
                with transaction.atomic():
                    work(rows)
            except _NO_FAULT_OF_A_ROW:
                raise
            except Exception:
                log.exception("settling_failed", rows=len(rows))
                done += _one_by_one(rows, work)
            else:
                done += len(rows)
        if len(rows) < BATCH:
            return done


def _one_by_one(rows: Sequence[Submission], work: _Work) -> int:
    """Return how many of them succeeded."""
    good = 0
    for row in rows:
        try:
            with transaction.atomic():
                work([row])
            good += 1
        except _NO_FAULT_OF_A_ROW:
            raise
        except Exception:
            log.exception("submission_failed", submission=row.pk)
            _resting[row.pk] = time.monotonic() + _REST
    return good


def _log(rows: Sequence[Submission]) -> None:
    directory = Directory({row.account_id for row in rows})
    wabas = dict(PhoneNumber.objects.filter(pk__in={row.phone_number_id for row in rows}).values_list("pk", "waba_id"))
    reports = [
        _report(
            row, "queued", row.created_at,
            Placement(row.subaccount_id, row.phone_number_id, wabas.get(row.phone_number_id or 0)),
        )
        for row in rows
    ]  # fmt: skip
    directory.load_templates((report.account_id, report.event) for report in reports)
    lifecycle.apply(reports, directory)
    sources = _sources(rows)
    set_attributes([
        MessageAttributes(
            row.account_id, row.provider, str(row.umid), sources[row.account_id, origin.category, origin.name],
            origin.recipient_type,
        )
        for row in rows for origin in (_origin(row),)
    ])  # fmt: skip
    subscribe(
        [
            MessageSubscription(
                row.account_id, row.provider, str(row.umid), url, row.batch_id, row.about.get("client_batch_id", "")
            )
            for row in rows
            if (url := row.about.get("callback_url"))
        ],
        min(row.created_at for row in rows),
    )
    store_payloads(
        [
            StoredPayload(row.account_id, row.provider, str(row.umid), PayloadKind.REQUEST, row.created_at, row.request)
            for row in rows
        ]
    )
    Submission.objects.filter(pk__in=[row.pk for row in rows]).update(is_logged=True)


def _origin(row: Submission) -> Origin:
    return SendSummary.from_json(row.about).origin


def _sources(rows: Sequence[Submission]) -> dict[tuple[int, str, str], int]:
    """The ids of what made these messages; new ones are written down."""
    keys = {(row.account_id, origin.category, origin.name) for row in rows for origin in (_origin(row),)}
    Source.objects.bulk_create(
        [Source(account_id=account, category=category, name=name) for account, category, name in sorted(keys)],
        ignore_conflicts=True,
    )
    sources = Source.objects.filter(
        account__in={account for account, _, _ in keys}, name__in={name for *_, name in keys}
    )
    return {
        (account, category, name): pk
        for pk, account, category, name in sources.values_list("pk", "account_id", "category", "name")
    }


def _report(
    row: Submission, state: str, at: datetime, placement: Placement, result: AttemptResult | None = None
) -> lifecycle.EventReport:
    about = SendSummary.from_json(row.about)
    event = MessageEvent(
        provider_message_id=_name(row, result), state=state, at=at, msisdn=about.msisdn, user_id=about.user_id,
        content_type=about.content_type, template_name=about.template_name, template_language=about.template_language,
        client_message_id=about.client_message_id,
    )  # fmt: skip
    if result is not None:
        event.error_source, event.error_code, event.error_title = result.source, result.code, result.title
        event.detail = str(result.kind) if result.kind in {ResultKind.CANCELLED, ResultKind.UNREACHED} else ""
    return lifecycle.EventReport(row.account_id, row.provider, event, placement, umid=row.umid.hex)


def _settle(rows: Sequence[Submission]) -> None:
    ends = [(row, AttemptResult.from_json(row.outcome)) for row in rows if row.outcome]
    assign_provider_ids([
        Binding(row.account_id, row.provider, str(row.umid), result.provider_message_id)
        for row, result in ends if result.kind == ResultKind.ACCEPTED
    ])  # fmt: skip
    store_payloads([
        StoredPayload(
            row.account_id, row.provider, _name(row, result), PayloadKind.RESPONSE, _moment(result.at),
            _response_body(row, result),
        )
        for row, result in ends
    ])  # fmt: skip
    set_attributes(
        [
            MessageAttributes(row.account_id, row.provider, _name(row, result), response_code=result.status)
            for row, result in ends
        ]
    )
    over = [
        _report(row, _state(result), _moment(result.at), Placement(row.subaccount_id, row.phone_number_id), result)
        for row, result in ends if result.again_at is None and result.kind != ResultKind.ACCEPTED
    ]  # fmt: skip
    if over:
        lifecycle.apply(over, Directory({report.account_id for report in over}))
    _leave(ends)


def _name(row: Submission, result: AttemptResult | None) -> str:
    """The id under which the log knows the message by now."""
    return (result.provider_message_id if result else "") or row.provider_message_id or str(row.umid)


def _state(result: AttemptResult) -> str:
    return _EVENTS.get(result.kind, str(result.kind))


def _response_body(row: Submission, result: AttemptResult) -> dict[str, object]:
    """A response as the message's page shows it."""
    fields = result.as_json()
    return {
        "attempt": row.attempts,
        **{name: fields[name] for name in ("kind", "status", "title", "by", "again_at", "body") if name in fields},
    }


def _leave(ends: Sequence[tuple[Submission, AttemptResult]]) -> None:
    """Delete rows whose outcome is in the log, reschedule those to retry, and keep those whose outcome is uncertain."""
    gone = [row.pk for row, result in ends if result.again_at is None and result.kind != ResultKind.UNCERTAIN]
    Submission.objects.filter(pk__in=gone).delete()
    unknown = [row.pk for row, result in ends if result.kind == ResultKind.UNCERTAIN]
    Submission.objects.filter(pk__in=unknown).update(state=SubmissionState.UNCERTAIN)
    again = [(row.pk, _moment(result.again_at)) for row, result in ends if result.again_at is not None]
    with connection.cursor() as cursor:
        cursor.execute(_AGAIN, [[pk for pk, _ in again], [at for _, at in again]])


def _moment(text: str) -> datetime:
    return datetime.fromisoformat(text).astimezone(UTC)
