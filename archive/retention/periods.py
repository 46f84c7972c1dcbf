"""An account's retention periods: setting them, and what the next run deletes."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import Account, AuditEntry
from accounts.principal import Principal
from archive.holds import keeping_of
from archive.models import Keeping
from archive.retention.months import months_of
from core.counting import count_up_to
from core.errors import UserError
from messaging.inbound.selectors.inbox import settled_before
from messaging.log.selectors.traffic import TrafficFilter, counts

LEAST = {"message": 2, "payload": 1, "webhook": 1, "audit": 12}  # months; receipts arrive for 30 days
MOST = 1_200
FIELDS = ("message_months", "payload_months", "webhook_months", "audit_months", "export_days")
COUNT_LIMIT = 100_000
_HOUR = time(3, 40, tzinfo=UTC)  # of the nightly run: portal/celery.py


def first_kept_month(keeping: Keeping, kind: str, today: date) -> date | None:
    """The first month of a kind that the account keeps; None if it keeps all. Texts never outlive their messages.

    A period of 3 keeps the current month and the three before it.
    """
    months = keeping.months(kind)
    if kind == "payload" and keeping.message_months is not None:
        months = keeping.message_months if months is None else min(months, keeping.message_months)
    if keeping.held_at or months is None:
        return None
    first = today.year * 12 + today.month - 1 - months
    return date(max(1, first // 12), first % 12 + 1, 1)


def month_start(month: date) -> datetime:
    """The beginning of a month."""
    return datetime.combine(month, time(), UTC)


def next_run() -> datetime:
    """The time of the next nightly run."""
    now = timezone.now()
    today = datetime.combine(now.astimezone(UTC).date(), _HOUR)
    return today if now < today else today + timedelta(days=1)


@dataclass(frozen=True)
class Removal:
    """The data of a kind that the next run deletes: everything before `before`.

    `n` is counted up to `COUNT_LIMIT` + 1; None if the kind is not counted.
    """

    kind: str
    before: datetime
    n: int | None


def removals(keeping: Keeping) -> list[Removal]:
    """The data that the next run would delete with these periods."""
    account, rows = keeping.account, []
    for kind in Keeping.KINDS:
        first = first_kept_month(keeping, kind, next_run().date())
        if first is None:
            continue
        before = month_start(first)
        n = _count(account, kind, before)
        if n or n is None:
            rows.append(Removal(kind, before, n))
    return rows


def _count(account: Account, kind: str, before: datetime) -> int | None:
    """The number of rows to delete; None if the kind is not counted."""
    if kind == "audit":
        return count_up_to(AuditEntry.objects.filter(account=account, at__lt=before), COUNT_LIMIT)
    swept = [date.fromisoformat(text) for name, text in keeping_of(account).swept.items() if name == kind]
    months = [
        month
        for month in months_of(kind)
        if month_start(month) < before and not any(month < first_kept for first_kept in swept)
    ]
    if not months:
        return 0
    if kind == "webhook":
        return count_up_to(settled_before(account, before), COUNT_LIMIT)
    if kind == "payload":
        return None
    return counts(account, month_start(months[0]), before, TrafficFilter()).messages


def with_periods(account: Account, periods: Mapping[str, int | None]) -> Keeping:
    """The account's retention with other periods, not saved. Raises UserError naming the field."""
    keeping = keeping_of(account)
    for name, value in periods.items():
        setattr(keeping, name, value)
    for kind, least in LEAST.items():
        months = keeping.months(kind)
        if months is not None and not least <= months <= MOST:
            raise UserError(
                _("Enter %(least)s to %(most)s months, or leave it empty to keep the data forever.")
                % {"least": least, "most": f"{MOST:,}"},
                field=f"{kind}_months",
            )
    if keeping.export_days is not None and not 1 <= keeping.export_days <= 365:
        raise UserError(_("Enter 1 to 365 days."), field="export_days")
    if keeping.message_months is not None and (keeping.payload_months or 0) > keeping.message_months:
        raise UserError(_("Texts cannot be kept longer than their messages."), field="payload_months")
    return keeping


@transaction.atomic
def change_periods(periods: Mapping[str, int | None], *, by: Principal) -> Keeping:
    """Set periods, audited with the old ones. The next run deletes older data. Raises UserError."""
    account = by.account
    Keeping.objects.get_or_create(pk=account.pk)
    Keeping.objects.select_for_update(no_key=True).get(pk=account.pk)
    before, keeping = keeping_of(account), with_periods(account, periods)
    values = {name: (getattr(before, name), getattr(keeping, name)) for name in FIELDS}
    changes: dict[str, Any] = {
        name: {"from": old or "forever", "to": new or "forever"} for name, (old, new) in values.items() if old != new
    }
    if changes:
        keeping.save(update_fields=list(changes))
        by.record("retention.changed", account.name, changes)
    return keeping
