"""The life of an export around its work: started, cancelled, deleted, withdrawn, expired; each of it audited."""

from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models import Q, QuerySet
from django.http import QueryDict
from django.utils import timezone

from accounts.models import Account
from accounts.services import record
from archive.enums import ACTIVE, Dataset, ExportState
from archive.exports import files
from archive.exports.asking import Ask, Asker, drafted
from archive.models import Export, ExportSchedule
from portal.core.numbers import masked

KEPT = timedelta(days=90)  # how long a row tells of an export whose file is gone
_PERSONAL = ("msisdn", "search")


def start(asker: Asker, ask: Ask, *, schedule: ExportSchedule | None = None) -> Export:
    """Have an export made in the background. Raises BadAsk."""
    export = drafted(asker, ask)
    export.schedule = schedule
    with transaction.atomic():
        export.save()
        audit(export, "created", asker)
    return export


def audit(export: Export, deed: str, asker: Asker) -> None:
    """Write down that somebody did something with an export. What filters say of a person is masked."""
    record(
        account=export.account, actor=asker.actor, action=f"export.{deed}", target=str(export.public_id),
        ip_address=asker.ip_address, details={
            "dataset": export.dataset, "format": export.format, "rows": export.rows if export.finished_at else None,
            "subaccounts": "all" if export.subaccount_ids is None else len(export.subaccount_ids),
            "filters": {name: _said(name, value) for name, value in export.filters.items()},
            "columns": len(export.columns) or None,
        },
    )  # fmt: skip


def _said(name: str, value: Any) -> Any:
    if name in _PERSONAL:
        digits = "".join(letter for letter in str(value) if letter.isdecimal())
        return masked(digits) if len(digits) > 5 else value
    return len(value) if name == "umids" else value.isoformat() if isinstance(value, datetime) else value


def cancel(export: Export, asker: Asker) -> bool:
    """Stop an export that is not done; whether it was one. Its worker notices within a part."""
    with transaction.atomic():
        found = _active(Export.objects.filter(pk=export.pk)).update(
            state=ExportState.CANCELLED, finished_at=timezone.now()
        )
        if found:
            audit(export, "cancelled", asker)
    if found:
        files.forget(export)
    return bool(found)


def delete(export: Export, asker: Asker) -> None:
    """Delete an export with its file, stopping it first."""
    with transaction.atomic():
        audit(export, "deleted", asker)
        export.delete()
    files.forget(export)


def withdraw(
    account: Account, *, msisdn: str = "", start: datetime | None = None, end: datetime | None = None
) -> int:  # fmt: skip
    """Take away every stored or running export that may tell of people in a stretch of time; how many there were.

    For erasures: whoever asked for such an export finds it withdrawn and may start it again. Of the number itself
    (digits), filters and schedules that name it lose it too, wherever they are. Needs the account's scope.
    """
    overlapping = Q(dataset=Dataset.MESSAGES)
    if start is not None:
        overlapping &= Q(last_at=None) | Q(last_at__gt=start)
    if end is not None:
        overlapping &= Q(first_at=None) | Q(first_at__lt=end)
    now, found = timezone.now(), 0
    own = Export.objects.filter(account=account).select_related("account")
    for export in own.filter(overlapping, state__in=[*ACTIVE, ExportState.SUCCEEDED]):
        found += Export.objects.filter(pk=export.pk, state__in=[*ACTIVE, ExportState.SUCCEEDED]).update(
            state=ExportState.WITHDRAWN, finished_at=now, file="", contents=[], sha256=""
        )
        files.forget(export)
    if msisdn:
        _forget_number(account, msisdn)
    return found


def _forget_number(account: Account, msisdn: str) -> None:
    named = Q(filters__has_any_keys=list(_PERSONAL))
    for export in Export.objects.filter(named, account=account):
        if any(_names(str(export.filters.get(name, "")), msisdn) for name in _PERSONAL):
            Export.objects.filter(pk=export.pk).update(filters={}, words=[])
    for schedule in ExportSchedule.objects.filter(account=account).exclude(query=""):
        params = QueryDict(schedule.query.removeprefix("?"))
        if any(_names(params.get(name, ""), msisdn) for name in ("msisdn", "q", "search")):
            schedule.delete()


def _names(text: str, msisdn: str) -> bool:
    digits = "".join(letter for letter in text if letter.isdecimal()).lstrip("0")
    return len(digits) > 5 and (msisdn.startswith(digits) or digits.startswith(msisdn))


def expire() -> int:
    """Delete files past their time, and forget exports long past theirs. Needs every tenant's scope."""
    now = timezone.now()
    files.clear_spool()
    late = Export.objects.filter(state=ExportState.SUCCEEDED, expires_at__lte=now).select_related("account")
    found = 0
    for export in late:
        found += Export.objects.filter(pk=export.pk).update(state=ExportState.EXPIRED, file="")
        files.forget(export)
    Export.objects.filter(finished_at__lt=now - max(KEPT, timedelta(days=settings.EXPORT_DAYS))).delete()
    return found


def _active(rows: QuerySet[Export]) -> QuerySet[Export]:
    return rows.filter(state__in=ACTIVE)
