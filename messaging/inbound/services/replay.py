"""Replay of stored webhooks, audited."""

from datetime import UTC, datetime
from typing import Any

from django.db import transaction
from django.db.models import Count, QuerySet

from accounts.principal import Principal
from messaging.inbound.enums import HELD_STATES, InboxState
from messaging.inbound.inbox import replay_all
from messaging.inbound.models import InboxItem, Replay
from messaging.inbound.selectors.inbox import HeldFilter, held_webhooks
from messaging.inbound.wakeup import inbox_wakeup

MAX_REPLAYED = 100_000  # in one call: a single statement must end before the caller's timeout
SLICE = 2_000  # of a replay in the background, in one transaction


def replay_webhooks(rows: QuerySet[InboxItem], details: dict[str, Any], *, by: Principal) -> int:
    """Requeue all webhooks of a query, audit it with `details`, and wake a worker.

    Returns how many; processing them again is harmless. The caller has limited the query to `MAX_REPLAYED`.
    """
    with transaction.atomic():
        n = replay_all(rows)
        by.record("inbox.replayed", f"{n} webhook{'' if n == 1 else 's'}", {**details, "count": n})
    transaction.on_commit(inbox_wakeup.notify)
    return n


def start_replay(criteria: HeldFilter, *, by: Principal) -> Replay:
    """Requeue all webhooks that match and have arrived until now; audited.

    Up to `SLICE` at once, the others in the background.
    """
    with transaction.atomic():
        replay = Replay.objects.create(account=by.account, actor=by.name, criteria=criteria.as_json)
        by.record("inbox.replay_started", f"Replay {replay.pk}", {"filter": criteria.as_json})
        _advance(replay)
    transaction.on_commit(inbox_wakeup.notify)
    return replay


def advance_replays() -> int:
    """Requeue the next slice of each unfinished replay. Returns the number of webhooks. Needs every tenant's scope."""
    n = 0
    for pk in Replay.objects.filter(finished_at=None).values_list("pk", flat=True):
        with transaction.atomic():
            if replay := Replay.objects.select_for_update(skip_locked=True).filter(pk=pk, finished_at=None).first():
                n += _advance(replay)
    return n


def _advance(replay: Replay) -> int:
    rows = held_webhooks(replay.account, HeldFilter(**replay.criteria)).filter(received_at__lte=replay.at)
    batch = rows.exclude(replay=replay.pk).order_by("received_at", "id").values_list("pk", "received_at")[:SLICE]
    keys = list(batch)
    if keys:
        ids, times = zip(*keys, strict=True)
        selected = InboxItem.objects.filter(
            account=replay.account, pk__in=ids, received_at__gte=times[0], received_at__lte=times[-1]
        )
        replay_all(selected, replay)
    replay.requeued += len(keys)
    replay.finished_at = datetime.now(UTC) if len(keys) < SLICE else None
    replay.save(update_fields=["requeued", "finished_at"])
    return len(keys)


def replay_counts(replay: Replay) -> dict[str, int]:
    """How many webhooks of a replay are applied (`done`), on hold again (`held`) and still to do (`waiting`).

    A webhook that a later replay included, or that retention deleted, counts for none.
    """
    states = InboxItem.objects.filter(account=replay.account, replay=replay).values_list("state")
    counts = dict(states.annotate(n=Count("pk")).order_by())
    held = sum(counts.get(state, 0) for state in HELD_STATES)
    return {"done": counts.get(InboxState.DONE, 0), "held": held, "waiting": counts.get(InboxState.PENDING, 0)}
