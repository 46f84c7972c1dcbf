"""Writes of messaging that people ask for. What changes the account's data is audited in its transaction."""

from collections.abc import Sequence
from typing import Any

from django.db import transaction
from django.db.models import QuerySet

from accounts.models import Account, User
from accounts.services import record
from messaging.ingest.bell import inbox_bell
from messaging.ingest.inbox import replay_all
from messaging.models import InboxItem, LogColumns, SavedFilter

MOST_REPLAYED = 100_000  # in one call: one statement, which must end before the caller gives up


def replay_webhooks(
    rows: QuerySet[InboxItem],
    *,
    account: Account | None,
    actor: str,
    details: dict[str, Any],
    ip_address: str | None = None,
) -> int:
    """Put all of a query's webhooks back in line, write who asked for which (`details`), and wake a worker.

    Returns how many; working them off again is harmless. The caller has bounded the query by `MOST_REPLAYED`.
    """
    with transaction.atomic():
        n = replay_all(rows)
        record(
            account=account,
            actor=actor,
            action="inbox.replayed",
            target=f"{n} webhook{'' if n == 1 else 's'}",
            details={**details, "count": n},
            ip_address=ip_address,
        )
    transaction.on_commit(inbox_bell.ring)
    return n


def choose_columns(*, account: Account, user: User, columns: Sequence[str]) -> None:
    """Keep which columns of the log a person sees, or with none forget it. Only theirs, so not audited."""
    if columns:
        LogColumns.objects.update_or_create(account=account, user=user, defaults={"columns": list(columns)})
    else:
        LogColumns.objects.filter(account=account, user=user).delete()


def save_filter(*, account: Account, user: User, name: str, query: str) -> SavedFilter:
    """Save a person's filters under a name, in place of those that had it."""
    saved, _ = SavedFilter.objects.update_or_create(account=account, user=user, name=name, defaults={"query": query})
    return saved


def forget_filter(*, account: Account, user: User, filter_id: int) -> bool:
    """Delete a person's saved filters; False when they have none of that id."""
    deleted, _ = SavedFilter.objects.filter(account=account, user=user, pk=filter_id).delete()
    return bool(deleted)
