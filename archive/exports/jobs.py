"""The life cycle of an export: start, cancel, delete, withdraw, expire; each is audited."""

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
from archive.enums import ACTIVE, PERSONAL, ExportState
from archive.exports import files
from archive.exports.requests import ExportSpec, draft_export
from archive.models import Export, ExportSchedule
from core.errors import UserError
from core.numbers import digits_of, is_number, mask_number
from messaging.log.kinds import is_umid
from messaging.log.services.erasure import Person, filters_in
from providers.reading import user_id

ROW_LIFE = timedelta(days=90)  # how long the row of an export outlives its file
_WITH_FILES = (*ACTIVE, ExportState.SUCCEEDED)


def start(by: Principal, spec: ExportSpec, *, schedule: ExportSchedule | None = None) -> Export:
    """Start an export in the background. Raises UserError."""
    export = draft_export(by, spec)
    export.schedule = schedule
    with transaction.atomic():
        export.save()
        audit(export, "created", by)
    return export


def repeat(export: Export, by: Principal) -> Export:
    """Start an export without a file again, with the same filters and the principal's permissions. Raises UserError."""
    spec = ExportSpec(
        export.dataset, export.filters, export.time_zone, export.format, export.compression, export.columns,
        words=export.words, mail=export.mail, row_limit=export.row_limit, first_at=export.first_at,
        last_at=export.last_at,
    )  # fmt: skip
    if not export.repeatable:
        raise UserError(_("This export cannot be repeated."), field="state")
    return start(replace(by, reach=by.reach.among(export.subaccount_ids)), spec)


def audit(export: Export, action: str, by: Principal) -> None:
    """Record an action on an export in the audit log. Filters that name a person are masked."""
    details = {
        "dataset": export.dataset, "format": export.format, "rows": export.rows if export.finished_at else None,
        "subaccounts": "all" if export.subaccount_ids is None else len(export.subaccount_ids),
        "filters": {name: _masked_filter(name, value) for name, value in export.filters.items()},
        "columns": len(export.columns) or None,
    }  # fmt: skip
    by.record(f"export.{action}", str(export.public_id), details)


def _masked_filter(name: str, value: Any) -> Any:
    if not isinstance(value, str):
        return len(value) if name == "umids" else value
    if name in {"msisdn", "number_ends", "person", "search"} and is_number(value):
        return mask_number(digits_of(value))
    is_person = name == "user_id" or (name == "person" and not is_umid(value))
    # Meta's message ids contain the phone number in Base64.
    is_found = name == "search" and (value.startswith("@") or user_id(value))
    return mask_number(value) if is_person or is_found or value.startswith("wamid.") else value


def cancel(export: Export, by: Principal) -> bool:
    """Cancel an export that is not done; False if it was done. Its worker notices within a part."""
    with transaction.atomic():
        cancelled = _active(Export.objects.filter(pk=export.pk)).update(
            state=ExportState.CANCELLED, finished_at=timezone.now()
        )
        if cancelled:
            audit(export, "cancelled", by)
    if cancelled:
        files.delete(export)
    return bool(cancelled)


def delete(export: Export, by: Principal) -> None:
    """Delete an export and its file; a running one stops."""
    with transaction.atomic():
        audit(export, "deleted", by)
        export.delete()
    files.delete(export)


def withdraw(account: Account, person: Person) -> int:
    """Withdraw every stored or running export that contains people, for a person's erasure, and return their number.

    Its requester may start a withdrawn export again. Filters of exports that name the person are deleted, too, and so
    are schedules whose filters do. Needs the account's scope.
    """
    now, withdrawn = timezone.now(), 0
    own = Export.objects.filter(account=account).select_related("account")
    for export in own.filter(dataset__in=PERSONAL, state__in=_WITH_FILES):
        withdrawn += Export.objects.filter(pk=export.pk, state__in=_WITH_FILES).update(
            state=ExportState.WITHDRAWN, finished_at=now, file="", contents=[], sha256=""
        )
        files.delete(export)
    for export in own.exclude(filters={}):
        if any(person.is_named_in(value) for value in export.filters.values() if isinstance(value, str)):
            Export.objects.filter(pk=export.pk).update(
                filters={}, words=[], state=ExportState.WITHDRAWN, problem=_("This export’s person has been erased."),
                finished_at=export.finished_at or now,
            )  # fmt: skip
    for schedule in ExportSchedule.objects.filter(account=account).exclude(query=""):
        if any(map(person.is_named_in, filters_in(schedule.query))):
            schedule.delete()
    return withdrawn


def expire() -> int:
    """Delete expired files, and the rows of exports that ended long ago. Needs every tenant's scope."""
    now = timezone.now()
    files.delete_leftovers(lambda: Export.objects.filter(state__in=_WITH_FILES).values_list("public_id", flat=True))
    expired = Export.objects.filter(state=ExportState.SUCCEEDED, expires_at__lte=now).select_related("account")
    count = 0
    for export in expired:
        count += Export.objects.filter(pk=export.pk).update(state=ExportState.EXPIRED, file="")
        files.delete(export)
    Export.objects.filter(finished_at__lt=now - max(ROW_LIFE, timedelta(days=settings.EXPORT_DAYS))).delete()
    return count


def _active(rows: QuerySet[Export]) -> QuerySet[Export]:
    return rows.filter(state__in=ACTIVE)
