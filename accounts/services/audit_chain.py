"""Maintenance of the audit chains: the nightly verification, and deletion by retention."""

from collections.abc import Iterator
from datetime import datetime

import structlog
from django.db import transaction
from django.utils import timezone

from accounts.models import Account, AuditChain, AuditEntry
from accounts.principal import Principal
from accounts.selectors.audit_chain import Verdict, verify_chains
from core.tenancy import every_tenant

log = structlog.get_logger("tollgate.audit")

_BATCH = 5_000


def verify_and_record() -> Iterator[Verdict]:
    """Verify every chain, store the result, and log its head.

    Logs leave the host, so there the head is safe from anyone who can change the database.
    """
    for verdict in verify_chains():
        AuditChain.objects.filter(pk=verdict.account_id).update(verified_at=timezone.now(), problem=verdict.problem)
        fields = {"account": verdict.account_id, "position": verdict.last, "digest": verdict.digest}
        if verdict.problem:
            log.error("audit_broken", **fields, problem=verdict.problem)
        else:
            log.info("audit_intact", **fields)
        yield verdict


def close_audit(account: Account, before: datetime) -> int:
    """Delete the account's entries before this time; the chain stays verifiable. Return how many.

    No other function deletes entries. It first closes the chain up to the last of them, with an audit entry, and
    then deletes them in small transactions. If it is interrupted, the next call deletes the remaining ones.
    """
    with every_tenant():
        with transaction.atomic():
            _close(account, before)
        return _delete_closed(account)


def _close(account: Account, before: datetime) -> None:
    chain = AuditChain.objects.select_for_update().filter(pk=account.pk).first()
    if chain is None:
        return
    entries = AuditEntry.objects.filter(account=account, position__gt=chain.closed_position)
    first = entries.filter(at__gte=before).order_by("position").first()
    expired = entries.filter(position__lt=first.position) if first and first.position else entries
    last = expired.filter(at__lt=before).order_by("-position").first()
    if last is None or last.position is None or last.digest is None:
        return
    n = last.position - chain.closed_position
    AuditChain.objects.filter(pk=account.pk).update(closed_position=last.position, closed_digest=last.digest)
    details = {"count": n, "position": last.position, "digest": bytes(last.digest).hex(), "before": before.isoformat()}
    by = Principal.of_schedule("retention", account)
    by.record("audit.closed", f"entries up to {last.position}", details)


def _delete_closed(account: Account) -> int:
    deleted = 0
    chain = AuditChain.objects.filter(pk=account.pk).first()
    while chain is not None:
        ids = AuditEntry.objects.filter(account=account, position__lte=chain.closed_position).order_by("position")
        n, _ = AuditEntry.objects.filter(pk__in=list(ids.values_list("pk", flat=True)[:_BATCH])).delete()
        deleted += n
        if n < _BATCH:
            break
    return deleted
