"""Writes submissions into the log: queued messages, and the result of each attempt. Set-based, as the inbox is."""

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
from messaging.log.lifecycle.stops import record_stops
from messaging.log.models import PhoneNumber, Source
from messaging.sending.models import Submission
from messaging.sending.requests import Origin, SendSummary
from messaging.sending.results import AttemptResult, ResultKind
from providers.events import MessageEvent

log = structlog.get_logger("tollgate.sending")
BATCH = 1_000
_RETRY_SECONDS = 60.0  # until a failed row is retried
_SYSTEM_ERRORS = (OperationalError, InterfaceError, SoftTimeLimitExceeded)
_retry_at: dict[int, float] = {}  # by id, for rows that failed in this process
_EVENTS = {
    ResultKind.REJECTED: "rejected",
    ResultKind.UNREACHED: "rejected",
    ResultKind.EXPIRED: "expired",
    ResultKind.CANCELLED: "rejected",
}

_REQUEUE = """
UPDATE sending_submission s SET state = 'queued', due_at = a.at, outcome = NULL
FROM unnest(%s::bigint[], %s::timestamptz[]) a (id, at) WHERE s.id = a.id
"""


def log_new() -> int:
    """Log new submissions as queued, under their UMID. Returns how many."""
    return _in_batches(Submission.objects.filter(is_logged=False), _log)


def settle() -> int:
    """Log the results of answered submissions. Returns how many."""
    return _in_batches(Submission.objects.filter(state=SubmissionState.ANSWERED, is_logged=True), _settle)


_Work = Callable[[Sequence[Submission]], None]


def _in_batches(queryset: QuerySet[Submission], work: _Work) -> int:
    """Process rows together; if that fails, one by one, so that a bad row does not delay others."""
    done, now = 0, time.monotonic()
    for pk in [pk for pk, until in _retry_at.items() if until <= now]:
        del _retry_at[pk]
    while True:
        with transaction.atomic():
            ready = queryset.exclude(pk__in=list(_retry_at)) if _retry_at else queryset
            rows = list(ready.order_by("id").select_for_update(skip_locked=True, no_key=True)[:BATCH])
            if not rows:
                return done
            try:
                with transaction.atomic():
                    work(rows)
            except _SYSTEM_ERRORS:
                raise
            except Exception:
                log.exception("settling_failed", rows=len(rows))
                done += _process_separately(rows, work)
            else:
                done += len(rows)
        if len(rows) < BATCH:
            return done


def _process_separately(rows: Sequence[Submission], work: _Work) -> int:
    """Process each row in its own transaction. Returns how many succeeded."""
    count = 0
    for row in rows:
        try:
            with transaction.atomic():
                work([row])
            count += 1
        except _SYSTEM_ERRORS:
            raise
        except Exception:
            log.exception("submission_failed", submission=row.pk)
            _retry_at[row.pk] = time.monotonic() + _RETRY_SECONDS
    return count


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
    """The ids of the messages' sources, creating new ones."""
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
        provider_message_id=_message_id(row, result), state=state, at=at, msisdn=about.msisdn, user_id=about.user_id,
        content_type=about.content_type, template_name=about.template_name, template_language=about.template_language,
        template_category=about.category, group_id=about.group_id, client_message_id=about.client_message_id,
    )  # fmt: skip
    if result is not None:
        event.error_source, event.error_code, event.error_title = result.source, result.code, result.title
        event.detail = str(result.kind) if result.kind in {ResultKind.CANCELLED, ResultKind.UNREACHED} else ""
    return lifecycle.EventReport(row.account_id, row.provider, event, placement, umid=row.umid.hex)


def _settle(rows: Sequence[Submission]) -> None:
    results = [(row, AttemptResult.from_json(row.outcome)) for row in rows if row.outcome]
    assign_provider_ids([
        Binding(row.account_id, row.provider, str(row.umid), result.provider_message_id)
        for row, result in results if result.kind == ResultKind.ACCEPTED
    ])  # fmt: skip
    store_payloads([
        StoredPayload(
            row.account_id, row.provider, _message_id(row, result), PayloadKind.RESPONSE, _moment(result.at),
            _response_body(row, result),
        )
        for row, result in results
    ])  # fmt: skip
    set_attributes(
        [
            MessageAttributes(row.account_id, row.provider, _message_id(row, result), response_code=result.status)
            for row, result in results
        ]
    )
    final = [each for each in results if each[1].again_at is None and each[1].kind != ResultKind.ACCEPTED]
    reports = [
        _report(row, _state(result), _moment(result.at), Placement(row.subaccount_id, row.phone_number_id), result)
        for row, result in final
    ]
    if reports:
        lifecycle.apply(reports, Directory({report.account_id for report in reports}))
        record_stops([report for report, (_, result) in zip(reports, final, strict=True) if not result.by])
    _update_rows(results)


def _message_id(row: Submission, result: AttemptResult | None) -> str:
    """The current id of the message in the log."""
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


def _update_rows(results: Sequence[tuple[Submission, AttemptResult]]) -> None:
    """Delete rows whose outcome is in the log, reschedule those to retry, and keep those whose outcome is uncertain."""
    finished_ids = [
        row.pk for row, result in results if result.again_at is None and result.kind != ResultKind.UNCERTAIN
    ]
    Submission.objects.filter(pk__in=finished_ids).delete()
    uncertain_ids = [row.pk for row, result in results if result.kind == ResultKind.UNCERTAIN]
    Submission.objects.filter(pk__in=uncertain_ids).update(state=SubmissionState.UNCERTAIN)
    retries = [(row.pk, _moment(result.again_at)) for row, result in results if result.again_at is not None]
    with connection.cursor() as cursor:
        cursor.execute(_REQUEUE, [[pk for pk, _ in retries], [at for _, at in retries]])


def _moment(text: str) -> datetime:
    return datetime.fromisoformat(text).astimezone(UTC)
