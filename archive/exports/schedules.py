"""Scheduled exports: each covers the previous day, week or month in its time zone, and mails its link."""

from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import structlog
from django.db import transaction
from django.http import Http404, QueryDict
from django.utils import timezone

from accounts.access import PARAMETER
from accounts.enums import Permission
from accounts.principal import Principal, PrincipalKind
from archive.enums import Interval
from archive.exports import jobs
from archive.exports.columns import PRESET_8X8
from archive.exports.page_query import page_query
from archive.exports.requests import ExportSpec, draft_export
from archive.models import ExportSchedule
from core.errors import UserError
from core.filters import query as url_query
from core.tenancy import tenant

log = structlog.get_logger("tollgate.archive")

AT = time(6)  # in the export's zone; late webhooks of the night have arrived by then
_PERIOD = ("range", "from", "to", "dataset", "format", "older", "newer", "live")


def start(by: Principal, spec: ExportSpec, *, every: str, query: str) -> ExportSchedule:
    """Save a member's schedule; its first export runs at the next due time. Raises UserError."""
    assert by.membership is not None, "a schedule is a member's"
    draft = draft_export(by, spec)
    params = QueryDict(query.removeprefix("?"))
    zone = ZoneInfo(spec.time_zone)
    with transaction.atomic():
        schedule = ExportSchedule.objects.create(
            account=by.account, membership=by.membership, dataset=draft.dataset, format=draft.format,
            compression=draft.compression, columns=draft.columns, time_zone=draft.time_zone, every=every,
            words=draft.words, query=url_query(params, drop=_PERIOD),
            next_at=due_after(every, timezone.now().astimezone(zone)),
        )  # fmt: skip
        _audit(schedule, "created", by)
    return schedule


def end(schedule: ExportSchedule, by: Principal) -> None:
    """Delete a schedule."""
    with transaction.atomic():
        _audit(schedule, "ended", by)
        schedule.delete()


def _audit(schedule: ExportSchedule, action: str, by: Principal) -> None:
    details = {"dataset": schedule.dataset, "every": schedule.every, "format": schedule.format}
    by.record(f"export_schedule.{action}", str(schedule), details)


def due_after(every: str, now: datetime) -> datetime:
    """The due time that follows a moment, in the moment's zone."""
    day = now.date() if now.time() < AT else now.date() + timedelta(days=1)
    if every == Interval.WEEK:
        day += timedelta(days=-day.weekday() % 7)
    elif every == Interval.MONTH and day.day > 1:
        day = (day.replace(day=1) + timedelta(days=32)).replace(day=1)
    return datetime.combine(day, AT, now.tzinfo)


def days_before(every: str, due: date) -> tuple[date, date]:
    """First and last day that an export due on a day covers."""
    last = due - timedelta(days=1)
    if every == Interval.WEEK:
        return due - timedelta(days=7), last
    return (last.replace(day=1) if every == Interval.MONTH else last), last


def start_due() -> int:
    """Start every export that is due and return their number. A schedule that missed several runs starts one export.

    Needs every tenant's scope.
    """
    started = 0
    pks = list(ExportSchedule.objects.filter(next_at__lte=timezone.now()).values_list("pk", flat=True))
    for pk in pks:
        with transaction.atomic():
            rows = ExportSchedule.objects.select_for_update(skip_locked=True, of=("self",))
            schedule = rows.select_related("membership__user", "account").filter(
                pk=pk, next_at__lte=timezone.now()
            ).first()  # fmt: skip
            if schedule is not None:
                _run(schedule)
                started += 1
    return started


def _run(schedule: ExportSchedule) -> None:
    zone = ZoneInfo(schedule.time_zone)
    due_day = schedule.next_at.astimezone(zone).date()
    schedule.next_at = due_after(schedule.every, timezone.now().astimezone(zone))
    schedule.problem = ""
    try:
        with tenant(schedule.account):
            by, spec = _principal_and_spec(schedule, zone, days_before(schedule.every, due_day))
            jobs.start(by, spec, schedule=schedule)
    except UserError as error:
        schedule.problem = str(error)
        log.warning("schedule_not_started", schedule=schedule.pk, problem=str(error))
    schedule.save(update_fields=["next_at", "problem"])


def _principal_and_spec(
    schedule: ExportSchedule, zone: ZoneInfo, days: tuple[date, date]
) -> tuple[Principal, ExportSpec]:
    """The member, with their present permissions, and the export that they scheduled. Raises UserError."""
    params = QueryDict(schedule.query.removeprefix("?"), mutable=True)
    params["from"], params["to"] = days[0].isoformat(), days[1].isoformat()
    code = params.get(PARAMETER, "")
    by = Principal.of_member(schedule.membership, kind=PrincipalKind.SCHEDULE, subaccount_code=code)
    if not schedule.membership.user.is_active or not by.may(Permission.EXPORT_DATA):
        raise UserError("The person who created this schedule can no longer export.", field="membership")
    query = page_query(by, schedule.dataset, params, zone=zone)
    try:
        valid = query.valid
    except Http404 as error:
        raise UserError(str(error), field="filters") from None
    if not valid or (code and by.reach.selected is None):
        raise UserError("Its filters name something that no longer exists.", field="filters")
    preset = PRESET_8X8 if schedule.columns[:1] == [f"{PRESET_8X8}.umid"] else ""
    return by, ExportSpec(
        schedule.dataset, query.filters, schedule.time_zone, schedule.format, schedule.compression,
        () if preset else schedule.columns, preset, words=query.words, mail=True, first_at=query.span[0],
        last_at=query.span[1],
    )  # fmt: skip
