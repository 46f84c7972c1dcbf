"""Replay of stored webhooks, audited."""

from typing import Any

from django.db import transaction
from django.db.models import QuerySet

from accounts.principal import Principal
from messaging.inbound.inbox import replay_all
from messaging.inbound.models import InboxItem
from messaging.inbound.wakeup import inbox_wakeup

MAX_REPLAYED = 100_000  # in one call: a single statement must end before the caller's timeout


def replay_webhooks(rows: QuerySet[InboxItem], details: dict[str, Any], *, by: Principal) -> int:
    """Requeue all webhooks of a query, audit it with `details`, and wake a worker.

    Returns how many; processing them again is harmless. The caller has limited the query to `MAX_REPLAYED`.
    """
    with transaction.atomic():
        n = replay_all(rows)
        by.record("inbox.replayed", f"{n} webhook{'' if n == 1 else 's'}", {**details, "count": n})
    transaction.on_commit(inbox_wakeup.notify)
    return n
