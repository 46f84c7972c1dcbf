"""The nightly run: months that every account lets go are dropped at once, others are swept account by account.

Each transaction holds off legal holds of the accounts it takes from, and takes nothing from one that has one. Stopped
in the middle, the next run begins the month again: what is gone costs it nothing.
"""

import time
from collections.abc import Mapping
from datetime import date

import structlog
from django.db import OperationalError, transaction
from django.utils import timezone

from accounts.models import Account
from accounts.services.audit_chain import close_audit
from archive.models import Keeping
from archive.retention import months
from archive.retention.periods import begins, moment
from core.locks import session_lock
from core.tenancy import every_tenant

log = structlog.get_logger("tollgate.retention")

_TRIES, _PAUSE = 20, 0.5  # of dropping a month that others are at work on


class _HeldNow(Exception):
    """A legal hold was placed meanwhile: what may go must be worked out again."""


def run(today: date | None = None) -> None:
    """Take away what is older than accounts keep it; one run at a time. Opens every tenant's scope."""
    with every_tenant(), session_lock("archive.retention") as held:
        if not held:
            return
        accounts = list(Account.objects.order_by("pk"))
        Keeping.objects.bulk_create([Keeping(account=account) for account in accounts], ignore_conflicts=True)
        for kind in months.TABLES:
            try:
                _run(kind, today or timezone.now().date())
            except _HeldNow:
                log.warning("retention_held", kind=kind)
            except OperationalError:
                log.warning("retention_waits", kind=kind, exc_info=True)
        for account in accounts:
            _close_audit(account, today or timezone.now().date())


def _run(kind: str, today: date) -> None:
    keepings = {keeping.pk: keeping for keeping in Keeping.objects.all()}
    first = {pk: month for pk, keeping in keepings.items() if (month := begins(keeping, kind, today))}
    if not first:
        return
    if kind == "message":
        with transaction.atomic():
            _hold_off(first)
            months.begin_at({pk: moment(month) for pk, month in first.items()})
    for month in [month for month in months.months_of(kind) if month < max(first.values())]:
        allowed = {pk: begin for pk, begin in first.items() if month < begin}
        if len(allowed) == len(keepings) and _drop(kind, month, allowed):
            log.info("month_dropped", kind=kind, month=str(month))
            continue
        fresh = {pk: begin for pk, begin in allowed.items() if keepings[pk].swept.get(kind, "") <= str(month)}
        if fresh:
            _sweep_month(kind, month, fresh)
    late = {pk: month for pk, month in first.items() if keepings[pk].swept.get(kind, "") < str(month)}
    if kind == "message" and late:
        _sweep_what_messages_left(late)
    for pk, month in late.items():
        keepings[pk].swept[kind] = str(month)
        Keeping.objects.filter(pk=pk).update(swept=keepings[pk].swept)


def _hold_off(accounts: Mapping[int, date]) -> None:
    """Let no hold be placed in these accounts before the transaction ends. Raises _HeldNow where there is one."""
    rows = Keeping.objects.select_for_update(no_key=True).filter(pk__in=accounts).order_by("pk")
    if any(keeping.held_at for keeping in rows):
        raise _HeldNow


def _drop(kind: str, month: date, allowed: Mapping[int, date]) -> bool:
    for left in reversed(range(_TRIES)):
        try:
            with transaction.atomic():
                _hold_off(allowed)
                return months.drop_month(kind, month)
        except OperationalError:
            if not left:
                raise
            time.sleep(_PAUSE)
    return False


def _sweep_month(kind: str, month: date, allowed: Mapping[int, date]) -> None:
    for table in months.TABLES[kind]:
        block: int | None = 0
        while block is not None:
            with transaction.atomic():
                _hold_off(allowed)
                _, block = months.sweep_month(table, month, list(allowed), block)
    with transaction.atomic():
        months.drop_empty(kind, month)
    log.info("month_swept", kind=kind, month=str(month), accounts=len(allowed))


def _sweep_what_messages_left(first: Mapping[int, date]) -> None:
    """Anchors, uncertain requests and what counts of deleted messages: no webhook asks for them any more."""
    moments = {pk: moment(month) for pk, month in first.items()}
    block: int | None = 0
    while block is not None:
        with transaction.atomic():
            _hold_off(first)
            _, block = months.sweep_anchors(moments, block)
    for pk, before in moments.items():
        months.forget_uncertain(pk, before)
        while months.forget_deleted(pk, before):
            pass


def _close_audit(account: Account, today: date) -> None:
    with transaction.atomic():
        keeping = Keeping.objects.select_for_update(no_key=True).get(pk=account.pk)
        first = begins(keeping, "audit", today)
        if first is not None:
            close_audit(account, moment(first))
