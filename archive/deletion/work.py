"""Working deletions off, a small transaction at a time; nothing is lost with a worker, and nothing is done twice."""

import json
import time
from collections import Counter
from collections.abc import Callable
from datetime import date, timedelta
from uuid import UUID

import structlog
from django.db import OperationalError, transaction
from django.db.models import F
from django.utils import timezone

from accounts.services.idempotency import forget_answers
from archive.deletion.jobs import finish
from archive.enums import DeletionKind, DeletionState
from archive.exports import withdraw
from archive.holds import Held, hold_off
from archive.models import Deletion
from core import partitions
from core.locks import session_lock
from core.paging import Cursor
from core.tenancy import every_tenant
from messaging.inbound.services import erasure as inbound_erasure
from messaging.log.query import read_query
from messaging.log.services import erasure as log_erasure
from messaging.log.services.erasure import Person
from messaging.sending.services import erasure

log = structlog.get_logger("tollgate.deletion")

SLICE = 5.0  # seconds of work before another deletion has its turn
BATCH = 500  # messages in a transaction: some 100 ms
PATIENCE = timedelta(minutes=5)  # with what had come or was being sent when a person's erasure was asked for

_Step = Callable[[Deletion], tuple[Counter[str], str | None]]
"""One small transaction's work: what was removed, and where the step goes on; None: it is over."""


def advance(seconds: float = SLICE) -> None:
    """Work off a slice of the deletion that waits longest and that no other worker has in hand."""
    waiting = Deletion.objects.filter(finished_at=None).order_by(F("worked_at").asc(nulls_first=True), "id")
    for pk in waiting.values_list("pk", flat=True)[:20]:
        if work(pk, seconds):
            return


def work(pk: int, seconds: float = SLICE) -> bool:
    """Work a deletion off for so long; False when another worker has it. Opens every tenant's scope."""
    end = time.monotonic() + seconds
    with every_tenant(), session_lock("archive.deletion", pk) as held:
        if not held:
            return False
        try:
            while _next(pk) and time.monotonic() < end:
                pass
        except OperationalError:
            log.warning("deletion_waits", deletion=pk, exc_info=True)  # a deadlock or a lost connection: later
        except Exception:
            log.exception("deletion_failed", deletion=pk)
            with transaction.atomic():
                deletion = Deletion.objects.select_for_update().get(pk=pk)
                finish(
                    deletion,
                    DeletionState.FAILED,
                    "The deletion failed: see the worker's log for the reason, then start it again.",
                )
    return True


@transaction.atomic
def _next(pk: int) -> bool:
    """One step of a deletion, and its progress, in one transaction; whether there is more to do at once."""
    deletion = Deletion.objects.select_for_update().filter(pk=pk, finished_at=None).first()
    if deletion is None:
        return False
    if deletion.stop_asked:
        finish(deletion, DeletionState.STOPPED)
        return False
    try:
        hold_off(deletion.account)
    except Held as held:
        finish(deletion, DeletionState.HELD, str(held))
        return False
    return _step(deletion)


def _step(deletion: Deletion) -> bool:
    steps = _STEPS[DeletionKind(deletion.kind)]
    name = deletion.step or next(iter(steps))
    before = deletion.place
    removed, place = steps[name](deletion)
    deletion.state, deletion.started_at = DeletionState.RUNNING, deletion.started_at or timezone.now()
    deletion.worked_at = timezone.now()
    deletion.removed = dict(Counter(deletion.removed) + removed)
    if place is not None:
        deletion.step, deletion.place = name, place
        deletion.save()
        return place != before or bool(removed)
    following = list(steps)[list(steps).index(name) + 1 :]
    if not following:
        finish(deletion, DeletionState.DONE)
        return False
    deletion.step, deletion.place = following[0], ""
    deletion.save()
    return True


# --- Messages --------------------------------------------------------------------------------------------------------
def _selected(deletion: Deletion) -> tuple[Counter[str], str | None]:
    umids, start = [UUID(text) for text in json.loads(deletion.about)], int(deletion.place or 0)
    gone = erasure.erase_umids(deletion.account, umids[start : start + BATCH], deletion.upto)
    return gone, str(start + BATCH) if start + BATCH < len(umids) else None


def _matching(deletion: Deletion) -> tuple[Counter[str], str | None]:
    after = Cursor.parse(deletion.place) if deletion.place else None
    query = read_query(json.loads(deletion.about))
    gone, cursor = erasure.erase_matching(deletion.account, query, deletion.upto, after, BATCH)
    return gone, str(cursor) if cursor else None


# --- A person --------------------------------------------------------------------------------------------------------
def _person(deletion: Deletion) -> Person:
    about = json.loads(deletion.about)
    return Person(about["msisdn"], tuple(about.get("user_ids", ())))


def _wait(deletion: Deletion) -> tuple[Counter[str], str | None]:
    """Until the webhooks that had come are read, and what was being sent has its end: what they tell of the person is
    then found in the log.
    """
    account, asked_at = deletion.account, deletion.confirmed_at
    known = log_erasure.person_of(account, _person(deletion).msisdn)
    deletion.about = json.dumps({"msisdn": known.msisdn, "user_ids": known.user_ids})
    patient = timezone.now() < asked_at + PATIENCE
    return Counter(), "waiting" if patient and erasure.is_settling(account, known, asked_at) else None


def _messages(deletion: Deletion) -> tuple[Counter[str], str | None]:
    after = Cursor.parse(deletion.place) if deletion.place else None
    gone, cursor = erasure.erase_messages_with(
        deletion.account, _person(deletion), upto=deletion.upto, confirmed_at=deletion.confirmed_at, after=after,
        most=BATCH,
    )  # fmt: skip
    return gone, str(cursor) if cursor else None


def _sweep(table: str, forget: Callable[..., tuple[int, int | None]], what: str) -> _Step:
    """A step that goes through a partitioned table, oldest month first."""

    def step(deletion: Deletion) -> tuple[Counter[str], str | None]:
        months = partitions.months_of(table)
        at, _, after = deletion.place.partition("/")
        month = date.fromisoformat(at) if at else min(months, default=None)
        if month is None:
            return Counter(), None
        n, last = forget(deletion.account, _person(deletion), month, int(after or -1), deletion.confirmed_at)
        removed = Counter({what: n} if n else {})
        if last is not None:
            return removed, f"{month}/{last}"
        later = [each for each in months if each > month]
        return removed, f"{later[0]}/-1" if later else None

    return step


def _rest(deletion: Deletion) -> tuple[Counter[str], str | None]:
    account, person = deletion.account, _person(deletion)
    return Counter(
        announcements=log_erasure.delete_contacts(account, person, deletion.confirmed_at),
        saved_filters=log_erasure.delete_filters(account, person),
        kept_answers=forget_answers(account, person.names),
        exports=withdraw(account, person),
    ), None


_STEPS: dict[DeletionKind, dict[str, _Step]] = {
    DeletionKind.SELECTED: {"messages": _selected},
    DeletionKind.MATCHING: {"messages": _matching},
    DeletionKind.PERSON: {
        "wait": _wait,
        "messages": _messages,
        "webhooks": _sweep("inbound_inbox", inbound_erasure.erase_in_webhooks, "webhooks"),
        "payloads": _sweep("log_payload", log_erasure.mask_in_payloads, "mentions"),
        "rest": _rest,
    },
}
