"""Processing deletions in small transactions: a killed worker loses nothing, and nothing is done twice."""

import json
import time
from collections import Counter
from collections.abc import Callable
from datetime import date, datetime, timedelta
from uuid import UUID

import structlog
from django.db import OperationalError, transaction
from django.db.models import F
from django.utils import timezone

from accounts.services.idempotency import erase_responses
from archive.deletion.jobs import finish
from archive.enums import DeletionKind, DeletionState
from archive.exports import withdraw
from archive.holds import Held, prevent_hold
from archive.models import Deletion
from archive.records import RECORDS
from core import partitions
from core.locks import session_lock
from core.paging import Cursor
from core.tenancy import every_tenant
from messaging.inbound.services import erasure as inbound_erasure
from messaging.legs.erasure import mask_in_contents
from messaging.log.query import read_query
from messaging.log.services import erasure as log_erasure
from messaging.log.services.erasure import Person
from messaging.persons import erasure as persons_erasure
from messaging.persons.enums import IdentityKind
from messaging.persons.resolution import Holding, Identity
from messaging.records.erasure import erase
from messaging.sending.services import erasure
from messaging.suppression import erasure as suppression_erasure

log = structlog.get_logger("tollgate.deletion")

SLICE = 5.0  # seconds of work before another deletion continues
BATCH = 500  # messages in a transaction: some 100 ms
SETTLING_TIME = timedelta(minutes=5)  # for webhooks and messages in flight when the erasure of a person was requested

_Step = Callable[[Deletion], tuple[Counter[str], str | None]]
"""Does the work of one small transaction. Returns the deleted rows and where to continue; None if the step is done."""


def advance(seconds: float = SLICE) -> None:
    """Process a slice of the longest waiting deletion that no other worker is processing."""
    waiting = Deletion.objects.filter(finished_at=None).order_by(F("worked_at").asc(nulls_first=True), "id")
    for pk in waiting.values_list("pk", flat=True)[:20]:
        if work(pk, seconds):
            return


def work(pk: int, seconds: float = SLICE) -> bool:
    """Process a deletion for some time; False if another worker is processing it. Opens every tenant's scope."""
    end = time.monotonic() + seconds
    with every_tenant(), session_lock("archive.deletion", pk) as held:
        if not held:
            return False
        try:
            while _advance(pk) and time.monotonic() < end:
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
def _advance(pk: int) -> bool:
    """Run one step of a deletion and save its progress, in one transaction. True if more work is ready."""
    deletion = Deletion.objects.select_for_update().filter(pk=pk, finished_at=None).first()
    if deletion is None:
        return False
    if deletion.stop_asked:
        finish(deletion, DeletionState.STOPPED)
        return False
    try:
        prevent_hold(deletion.account)
    except Held as held:
        finish(deletion, DeletionState.HELD, str(held))
        return False
    return _run_step(deletion)


def _run_step(deletion: Deletion) -> bool:
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
    next_steps = list(steps)[list(steps).index(name) + 1 :]
    if not next_steps:
        finish(deletion, DeletionState.DONE)
        return False
    deletion.step, deletion.place = next_steps[0], ""
    deletion.save()
    return True


# --- Messages --------------------------------------------------------------------------------------------------------
def _delete_selected(deletion: Deletion) -> tuple[Counter[str], str | None]:
    umids, start = [UUID(text) for text in json.loads(deletion.about)], int(deletion.place or 0)
    removed = erasure.erase_umids(deletion.account, umids[start : start + BATCH], deletion.upto)
    return removed, str(start + BATCH) if start + BATCH < len(umids) else None


def _delete_matching(deletion: Deletion) -> tuple[Counter[str], str | None]:
    after = Cursor.parse(deletion.place) if deletion.place else None
    query = read_query(json.loads(deletion.about))
    removed, cursor = erasure.erase_matching(deletion.account, query, deletion.upto, after, BATCH)
    return removed, str(cursor) if cursor else None


# --- A person --------------------------------------------------------------------------------------------------------
def _identity_of(deletion: Deletion) -> Identity:
    about = json.loads(deletion.about)
    return Identity(IdentityKind(about["kind"]), about["value"])


def _person_of(deletion: Deletion) -> Person:
    """The person as found when all that was said about them was in the log."""
    about = json.loads(deletion.about)
    return Person(frozenset(map(_read_holding, about["holdings"])), tuple(about["usernames"]))


def _read_holding(values: list[str | None]) -> Holding:
    kind, value, *times = values
    start, end = (datetime.fromisoformat(text) if text else None for text in times)
    return Holding(Identity(IdentityKind(str(kind)), str(value)), start, end)


def _write_holding(holding: Holding) -> list[str | None]:
    return [*holding.identity, *(at.isoformat() if at else None for at in (holding.start, holding.end))]


def _wait_until_settled(deletion: Deletion) -> tuple[Counter[str], str | None]:
    """Wait until earlier webhooks are processed and messages in flight have a final status: the log then
    contains all that they say about the person.
    """
    account, asked_at, identity = deletion.account, deletion.confirmed_at, _identity_of(deletion)
    person = log_erasure.person_of(account, identity)
    deletion.about = json.dumps({
        "kind": identity.kind, "value": identity.value, "usernames": person.usernames,
        "holdings": [_write_holding(each) for each in person.holdings],
    })  # fmt: skip
    may_wait = timezone.now() < asked_at + SETTLING_TIME
    return Counter(), "waiting" if may_wait and erasure.is_settling(account, person, asked_at) else None


def _delete_messages_of_person(deletion: Deletion) -> tuple[Counter[str], str | None]:
    after = Cursor.parse(deletion.place) if deletion.place else None
    removed, cursor = erasure.erase_messages_with(
        deletion.account, _person_of(deletion), upto=deletion.upto, confirmed_at=deletion.confirmed_at, after=after,
        most=BATCH,
    )  # fmt: skip
    return removed, str(cursor) if cursor else None


def _sweep_step(table: str, erase: Callable[..., tuple[int, int | None]], kind: str) -> _Step:
    """A step that sweeps a partitioned table, oldest month first."""

    def step(deletion: Deletion) -> tuple[Counter[str], str | None]:
        months = partitions.months_of(table)
        at, _, after = deletion.place.partition("/")
        month = date.fromisoformat(at) if at else min(months, default=None)
        if month is None:
            return Counter(), None
        n, last = erase(deletion.account, _person_of(deletion), month, int(after or -1), deletion.confirmed_at)
        removed = Counter({kind: n} if n else {})
        if last is not None:
            return removed, f"{month}/{last}"
        later = [later_month for later_month in months if later_month > month]
        return removed, f"{later[0]}/-1" if later else None

    return step


def _erase_records(deletion: Deletion) -> tuple[Counter[str], str | None]:
    account, person = deletion.account, _person_of(deletion)
    counts = {
        name: erase(model, columns, account, person, deletion.confirmed_at)
        for name, (model, columns) in RECORDS.items()
    }
    return Counter({name: n for name, n in counts.items() if n}), None


def _mask_in_contents(deletion: Deletion) -> tuple[Counter[str], str | None]:
    after, until = int(deletion.place or 0), deletion.confirmed_at
    n, last = mask_in_contents(deletion.account, _person_of(deletion), after, until)
    return Counter({"mentions": n} if n else {}), None if last is None else str(last)


def _erase_rest(deletion: Deletion) -> tuple[Counter[str], str | None]:
    account, person = deletion.account, _person_of(deletion)
    return Counter(
        participations=log_erasure.erase_participations(account, person),
        identities=persons_erasure.erase(account.pk, person.holdings),
        announcements=log_erasure.delete_contacts(account, person, deletion.confirmed_at),
        saved_filters=log_erasure.delete_filters(account, person),
        kept_answers=erase_responses(account, person.names),
        exports=withdraw(account, person),
        suppressions=suppression_erasure.erase(account.pk, person.holdings, timezone.now()),
    ), None


_STEPS: dict[DeletionKind, dict[str, _Step]] = {
    DeletionKind.SELECTED: {"messages": _delete_selected},
    DeletionKind.MATCHING: {"messages": _delete_matching},
    DeletionKind.PERSON: {
        "wait": _wait_until_settled,
        "messages": _delete_messages_of_person,
        "records": _erase_records,
        "contents": _mask_in_contents,
        "webhooks": _sweep_step("inbound_inbox", inbound_erasure.erase_in_webhooks, "webhooks"),
        "payloads": _sweep_step("log_payload", log_erasure.mask_in_payloads, "mentions"),
        "rest": _erase_rest,
    },
}
