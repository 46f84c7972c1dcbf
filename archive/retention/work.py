"""The nightly run: it drops months that no account keeps, and deletes the rows of single accounts from others.

Each transaction prevents legal holds of its accounts, and deletes nothing of an account with a hold. If a run is
interrupted, the next one starts the month again, which is cheap.
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
from archive.retention.periods import first_kept_month, month_start
from core.locks import session_lock
from core.tenancy import every_tenant
from messaging.legs.services import empty_contents

log = structlog.get_logger("tollgate.retention")

_TRIES, _PAUSE = 20, 0.5  # attempts to drop a month that other transactions use, and the seconds between them


class _HoldPlaced(Exception):
    """A legal hold was placed during the run, which must compute again what it may delete."""


def run(today: date | None = None) -> None:
    """Delete data older than the accounts' periods; one run at a time. Opens every tenant's scope."""
    with every_tenant(), session_lock("archive.retention") as held:
        if not held:
            return
        accounts = list(Account.objects.order_by("pk"))
        Keeping.objects.bulk_create([Keeping(account=account) for account in accounts], ignore_conflicts=True)
        for kind in months.TABLES:
            try:
                _run(kind, today or timezone.now().date())
            except _HoldPlaced:
                log.warning("retention_held", kind=kind)
            except OperationalError:
                log.warning("retention_waits", kind=kind, exc_info=True)
        for account in accounts:
            _close_audit(account, today or timezone.now().date())


def _run(kind: str, today: date) -> None:
    keepings = {keeping.pk: keeping for keeping in Keeping.objects.all()}
    first = {pk: month for pk, keeping in keepings.items() if (month := first_kept_month(keeping, kind, today))}
    if not first:
        return
    if kind == "message":
        with transaction.atomic():
            _prevent_holds(first)
            months.set_horizons({pk: month_start(month) for pk, month in first.items()})
    for month in [month for month in months.months_of(kind) if month < max(first.values())]:
        allowed = {pk: begin for pk, begin in first.items() if month < begin}
        if len(allowed) == len(keepings) and _drop(kind, month, allowed):
            log.info("month_dropped", kind=kind, month=str(month))
            continue
        unswept = {pk: begin for pk, begin in allowed.items() if keepings[pk].swept.get(kind, "") <= str(month)}
        if unswept:
            _sweep_month(kind, month, unswept)
    late = {pk: month for pk, month in first.items() if keepings[pk].swept.get(kind, "") < str(month)}
    sweep = {"message": _sweep_leftovers, "payload": _empty_contents}.get(kind)
    if sweep and late:
        sweep(late)
    for pk, month in late.items():
        keepings[pk].swept[kind] = str(month)
        Keeping.objects.filter(pk=pk).update(swept=keepings[pk].swept)


def _prevent_holds(accounts: Mapping[int, date]) -> None:
    """Prevent holds of these accounts until the end of the transaction. Raises _HoldPlaced if one has a hold."""
    rows = Keeping.objects.select_for_update(no_key=True).filter(pk__in=accounts).order_by("pk")
    if any(keeping.held_at for keeping in rows):
        raise _HoldPlaced


def _drop(kind: str, month: date, allowed: Mapping[int, date]) -> bool:
    for tries_left in reversed(range(_TRIES)):
        try:
            with transaction.atomic():
                _prevent_holds(allowed)
                return months.drop_month(kind, month)
        except OperationalError:
            if not tries_left:
                raise
            time.sleep(_PAUSE)
    return False


def _sweep_month(kind: str, month: date, allowed: Mapping[int, date]) -> None:
    for table in months.TABLES[kind]:
        block: int | None = 0
        while block is not None:
            with transaction.atomic():
                _prevent_holds(allowed)
                _, block = months.sweep_month(table, month, list(allowed), block)
    with transaction.atomic():
        months.drop_empty(kind, month)
    log.info("month_swept", kind=kind, month=str(month), accounts=len(allowed))


def _empty_contents(first: Mapping[int, date]) -> None:
    """Delete the texts of messages on other channels, which stand in their rows."""
    for pk, month in first.items():
        while empty_contents(pk, month_start(month)):
            pass


def _sweep_leftovers(first: Mapping[int, date]) -> None:
    """Delete what belongs to messages before the horizon, outside their tables: no webhook needs it."""
    moments = {pk: month_start(month) for pk, month in first.items()}
    block: int | None = 0
    while block is not None:
        with transaction.atomic():
            _prevent_holds(first)
            _, block = months.sweep_anchors(moments, block)
    for pk, before in moments.items():
        months.delete_uncertain_requests(pk, before)
        for model in months.UNPARTITIONED:
            while months.delete_rows(model, pk, before):
                pass


def _close_audit(account: Account, today: date) -> None:
    with transaction.atomic():
        keeping = Keeping.objects.select_for_update(no_key=True).get(pk=account.pk)
        first = first_kept_month(keeping, "audit", today)
        if first is not None:
            close_audit(account, month_start(first))
