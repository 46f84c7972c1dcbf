"""The entries of the suppression list, with their history."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils.translation import gettext_lazy as _

from accounts.models import Account
from core.numbers import mask_number
from messaging.persons.enums import IdentityKind
from messaging.persons.resolution import Identity
from messaging.persons.selectors.identities import identities, with_values
from messaging.suppression.enums import ERASED, Action
from messaging.suppression.models import Suppression, SuppressionEvent
from messaging.suppression.selectors.stops import Stop, current_stops, hash_of

LIFTED, ALL = "lifted", "all"
NEEDS_WHOLE_NUMBERS = _(
    "Finding a person requires the permission to see full phone numbers (msisdn:read): filter by state or source, or "
    "ask somebody who has the permission."
)


@dataclass(frozen=True, slots=True)
class EntryFilter:
    """The filters of the list. `state`: stopped persons if empty, `LIFTED` or `ALL`."""

    state: str = ""
    source: str = ""
    person: Identity | None = None


def entries(account: Account, criteria: EntryFilter) -> QuerySet[Suppression]:
    """The entries that match, unordered."""
    rows: QuerySet[Suppression] = Suppression.objects.filter(account=account)
    if criteria.state != ALL:
        rows = rows.filter(stopped_at__isnull=criteria.state == LIFTED)
    if criteria.source:
        rows = rows.filter(
            Exists(
                SuppressionEvent.objects.filter(
                    account=account, kind=OuterRef("kind"), value=OuterRef("value"), action=Action.STOP,
                    source=criteria.source,
                )
            )
        )  # fmt: skip
    return rows.filter(_of_person(account.pk, criteria.person)) if criteria.person else rows


def entries_of(account: Account, person: Identity) -> list[Suppression]:
    """The entries of a person, by any identity."""
    return list(Suppression.objects.filter(_of_person(account.pk, person), account=account))


def entry_of(account: Account, entry_id: int) -> Suppression | None:
    """One entry of an account."""
    return Suppression.objects.filter(account=account, pk=entry_id).first()


def _of_person(account_id: int, person: Identity) -> Q:
    own = {person, *(holding.identity for holding in identities(account_id, person))}
    return with_values([*own, *((ERASED, hash_of(account_id, identity)) for identity in own)])


def history_of(entry: Suppression) -> list[SuppressionEvent]:
    """The events of an entry, newest first."""
    return list(SuppressionEvent.objects.filter(account=entry.account_id, kind=entry.kind, value=entry.value))


def last_events(rows: Sequence[Suppression]) -> dict[int, SuppressionEvent]:
    """The event that decides the state of each entry, by its id, in one query."""
    if not rows:
        return {}
    ids = {(row.kind, row.value): row for row in rows}
    events = SuppressionEvent.objects.filter(account=rows[0].account_id, value__in=[row.value for row in rows])
    latest: dict[int, SuppressionEvent] = {}
    for event in events.order_by("at", "id"):
        row = ids.get((event.kind, event.value))
        if row and event.at in (row.stopped_at, None if row.stopped_at else row.changed_at):
            latest[row.pk] = event
    return latest


def effective_stops(account: Account, rows: Collection[Suppression]) -> dict[int, Stop]:
    """The stop of each entry that counts now, by id: another identity of the person can have lifted it."""
    named = {row.pk: Identity(IdentityKind(row.kind), row.value) for row in rows if row.kind != ERASED}
    stops = current_stops(account.pk, list(named.values()))
    by_entry = {pk: stops[identity] for pk, identity in named.items() if identity in stops}
    erased = {row.pk: Stop(row.stopped_at, by_person=True) for row in rows if row.kind == ERASED and row.stopped_at}
    return by_entry | erased


def displayed_person(entry: Suppression, *, whole: bool) -> str:
    """The identity as somebody may see it; empty for an erased person."""
    if entry.kind == ERASED:
        return ""
    return entry.value if whole else mask_number(entry.value)
