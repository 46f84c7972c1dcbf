"""The life of an export around its work: started, cancelled, deleted, withdrawn, expired; each of it audited."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import Account
from accounts.principal import Principal
from archive.enums import ACTIVE, Dataset, ExportState
from archive.exports import files
from archive.exports.requests import Ask, drafted
from archive.models import Export, ExportSchedule
from core.errors import UserError
from core.numbers import digits_of, is_number, masked
from messaging.log.services.erasure import Person, filters_in

KEPT = timedelta(days=90)  # how long a row tells of an export whose file is gone
_WITH_FILES = (*ACTIVE, ExportState.SUCCEEDED)


def start(by: Principal, ask: Ask, *, schedule: ExportSchedule | None = None) -> Export:
    """Have an export made in the background. Raises UserError."""
    export = drafted(by, ask)
    export.schedule = schedule
    with transaction.atomic():
        export.save()
        audit(export, "created", by)
    return export


def again(export: Export, by: Principal) -> Export:
    """Start an export that has no file anew, with the same filters and the rights of who asks. Raises UserError."""
    ask = Ask(
        export.dataset, export.filters, export.time_zone, export.format, export.compression, export.columns,
        words=export.words, mail=export.mail, row_limit=export.row_limit, first_at=export.first_at,
        last_at=export.last_at,
    )  # fmt: skip
    if not export.repeatable:
        raise UserError(_("This export cannot be repeated."), field="state")
    return start(replace(by, reach=by.reach.among(export.subaccount_ids)), ask)


def audit(export: Export, deed: str, by: Principal) -> None:
    """Write down that somebody did something with an export. What filters say of a person is masked."""
    details = {
        "dataset": export.dataset, "format": export.format, "rows": export.rows if export.finished_at else None,
        "subaccounts": "all" if export.subaccount_ids is None else len(export.subaccount_ids),
        "filters": {name: _said(name, value) for name, value in export.filters.items()},
        "columns": len(export.columns) or None,
    }  # fmt: skip
    by.record(f"export.{deed}", str(export.public_id), details)


def _said(name: str, value: Any) -> Any:
    if isinstance(value, str):
        if name in {"msisdn", "search"} and is_number(value):
            return masked(digits_of(value))
        # An id of Meta's holds the number in Base64.
        return masked(value) if name == "user_id" or value.startswith("wamid.") else value
    return len(value) if name == "umids" else value


def cancel(export: Export, by: Principal) -> bool:
    """Stop an export that is not done; whether it was one. Its worker notices within a part."""
    with transaction.atomic():
        found = _active(Export.objects.filter(pk=export.pk)).update(
            state=ExportState.CANCELLED, finished_at=timezone.now()
        )
        if found:
            audit(export, "cancelled", by)
    if found:
        files.forget(export)
    return bool(found)


def delete(export: Export, by: Principal) -> None:
    """Delete an export with its file, stopping it first."""
    with transaction.atomic():
        audit(export, "deleted", by)
        export.delete()
    files.forget(export)


def withdraw(account: Account, person: Person) -> int:
    """Take away every stored or running export of messages, for a person's erasure; how many there were.

    Whoever asked for one finds it withdrawn and may start it again. What names the person in the filters of exports is
    forgotten, too, and schedules that do end. Needs the account's scope.
    """
    now, found = timezone.now(), 0
    own = Export.objects.filter(account=account).select_related("account")
    for export in own.filter(dataset=Dataset.MESSAGES, state__in=_WITH_FILES):
        found += Export.objects.filter(pk=export.pk, state__in=_WITH_FILES).update(
            state=ExportState.WITHDRAWN, finished_at=now, file="", contents=[], sha256=""
        )
        files.forget(export)
    for export in own.exclude(filters={}):
        if any(person.is_named_in(value) for value in export.filters.values() if isinstance(value, str)):
            Export.objects.filter(pk=export.pk).update(
                filters={}, words=[], state=ExportState.WITHDRAWN, problem=_("This export’s person has been erased."),
                finished_at=export.finished_at or now,
            )  # fmt: skip
    for schedule in ExportSchedule.objects.filter(account=account).exclude(query=""):
        if any(map(person.is_named_in, filters_in(schedule.query))):
            schedule.delete()
    return found


def expire() -> int:
    """Delete files past their time, and forget exports long past theirs. Needs every tenant's scope."""
    now = timezone.now()
    files.clear(lambda: Export.objects.filter(state__in=_WITH_FILES).values_list("public_id", flat=True))
    late = Export.objects.filter(state=ExportState.SUCCEEDED, expires_at__lte=now).select_related("account")
    found = 0
    for export in late:
        found += Export.objects.filter(pk=export.pk).update(state=ExportState.EXPIRED, file="")
        files.forget(export)
    Export.objects.filter(finished_at__lt=now - max(KEPT, timedelta(days=settings.EXPORT_DAYS))).delete()
    return found


def _active(rows: QuerySet[Export]) -> QuerySet[Export]:
    return rows.filter(state__in=ACTIVE)
