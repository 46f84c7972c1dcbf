"""The exports that a principal may see: those of the account that hold nothing the principal may not see."""

from django.db.models import QuerySet

from accounts.principal import Principal
from archive.models import Export, ExportSchedule


def exports_of(by: Principal) -> QuerySet[Export]:
    """The exports that the principal may see, newest first."""
    rows = Export.objects.filter(account=by.account, needs__contained_by=sorted(by.permissions))
    if by.subaccount_ids is not None:
        rows = rows.filter(subaccount_ids__contained_by=list(by.subaccount_ids))
    return rows.select_related("account", "schedule")


def schedules_of(by: Principal) -> QuerySet[ExportSchedule]:
    """The person's schedules."""
    return ExportSchedule.objects.filter(account=by.account, membership__user=by.user)
