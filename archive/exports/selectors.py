"""Which exports somebody may see: those of their account that hold nothing they may not see themselves."""

from django.db.models import QuerySet

from archive.exports.requests import Asker
from archive.models import Export, ExportSchedule


def exports_of(asker: Asker) -> QuerySet[Export]:
    """The exports that exist for the asker, the last asked for first."""
    rows = Export.objects.filter(account=asker.account, needs__contained_by=sorted(asker.may))
    if asker.subaccount_ids is not None:
        rows = rows.filter(subaccount_ids__contained_by=list(asker.subaccount_ids))
    return rows.select_related("account", "schedule")


def schedules_of(asker: Asker) -> QuerySet[ExportSchedule]:
    """The schedules of the person who asks."""
    return ExportSchedule.objects.filter(account=asker.account, membership__user=asker.user)
