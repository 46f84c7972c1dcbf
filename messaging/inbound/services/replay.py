"""Putting stored webhooks back in line, audited."""

from typing import Any

from django.db import transaction
from django.db.models import QuerySet

from accounts.models import Account
from accounts.services import record
from messaging.inbound.inbox import replay_all
from messaging.inbound.models import InboxItem
from messaging.inbound.wakeup import inbox_wakeup

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
    transaction.on_commit(inbox_wakeup.notify)
    return n
