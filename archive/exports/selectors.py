"""Which exports somebody may see: those of their account that hold nothing they may not see themselves."""

from django.db.models import QuerySet

from accounts.principal import Principal
from archive.models import Export, ExportSchedule


def exports_of(by: Principal) -> QuerySet[Export]:
    """The exports that exist for whoever asks, the last asked for first."""
    rows = Export.objects.filter(account=by.account, needs__contained_by=sorted(by.permissions))
    if by.subaccount_ids is not None:
        rows = rows.filter(subaccount_ids__contained_by=list(by.subaccount_ids))
    return rows.select_related("account", "schedule")


def schedules_of(by: Principal) -> QuerySet[ExportSchedule]:
    """The schedules of the person who asks."""
    return ExportSchedule.objects.filter(account=by.account, membership__user=by.user)
