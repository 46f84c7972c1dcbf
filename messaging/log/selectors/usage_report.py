"""The usage report: messages by status, day and other groups, from the counts and never from the log."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.db.models import Sum
from django.db.models.functions import TruncDate

from accounts.models import Account
from billing.dimensions import DIMENSIONS
from messaging.log.models import TrafficDelta
from messaging.log.selectors.traffic import Counts, TrafficFilter, counts_condition, counts_model

GROUPS = {
    "day": "day", "subaccount": "subaccount_id", "channel": "phone_number_id", "category": "category",
    "country": "country", "template": "template_id",
}  # fmt: skip
"""The groupings that the counts have a column for."""
_DETAILED = {"country", "template"}


@dataclass(frozen=True)
class UsageReport:
    """Rows (group keys and counts) in the order of their groups, and the total."""

    rows: list[tuple[dict[str, Any], Counts]]
    total: Counts


def usage_report(
    account: Account, *, start: date, end: date, zone: ZoneInfo, group_by: Sequence[str], criteria: TrafficFilter
) -> UsageReport:
    """Count the messages created on these days of the zone, both included. One statement, and one a name to look up."""
    keys = [GROUPS[name] for name in group_by]
    first, after = (datetime.combine(day, time.min, zone) for day in (start, end + timedelta(days=1)))

    def summed(model: Any) -> Any:
        rows = model.objects.filter(account=account, slot__gte=first, slot__lt=after).filter(counts_condition(criteria))
        if "day" in keys:
            rows = rows.annotate(day=TruncDate("slot", tzinfo=zone))
        groups = (*keys, "direction", "status")
        return rows.values(*groups).annotate(total=Sum("n")).values_list(*groups, "total")

    by_key: dict[tuple[Any, ...], Counts] = {}
    total = Counts()
    model = counts_model(criteria, detailed=bool(_DETAILED & set(group_by)))
    for *key, direction, status, n in summed(model).union(summed(TrafficDelta), all=True):
        by_key.setdefault(tuple(key), Counts()).add(direction, status, n)
        total.add(direction, status, n)
    values = {name: _values(account, name, {key[at] for key in by_key}) for at, name in enumerate(group_by)}
    rows = [
        ({name: values[name][key[at]] for at, name in enumerate(group_by)}, counts)
        for key, counts in sorted(by_key.items())
        if counts.messages
    ]
    return UsageReport(rows, total)


def _values(account: Account, group: str, columns: set[Any]) -> dict[Any, Any]:
    """A group's values in the REST response; None if unknown."""
    dimension = DIMENSIONS[group]
    names = dimension.names.of(account, columns)
    return {column: dimension.answer(dimension.keys((column,), names))[group] or None for column in columns}
