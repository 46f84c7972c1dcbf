"""Erases a person from the suppression list, without sending marketing to the person again.

What stays is what it takes to respect the stop: a hash of each number and id, and the times of the stops.
"""

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime

from messaging.persons.enums import IdentityKind
from messaging.persons.resolution import Holding, Identity
from messaging.persons.selectors.identities import with_values
from messaging.suppression.enums import ERASED, Action, Source
from messaging.suppression.models import Suppression, SuppressionEvent
from messaging.suppression.recording import Fact, record
from messaging.suppression.selectors.stops import Times, hash_of, stops_of, times_of


def erase(account_id: int, person: Iterable[Holding], now: datetime) -> int:
    """Replace what is recorded about a person by hashes, in the caller's transaction. Returns the number of entries.

    The links between the person's identities are erased too, so each present one keeps the stop of the person. A number
    that the person has left keeps what the account did about it. What others did while the number was theirs stays.
    """
    holdings = [each for each in person if each.identity.kind != IdentityKind.USERNAME]
    keys = _keys(account_id, {each.identity for each in holdings})
    events = list(SuppressionEvent.objects.filter(with_values(keys), account=account_id))
    theirs = [event for event in events if _covers(holdings, keys[event.kind, event.value], event.at)]
    changed = {(event.kind, event.value) for event in theirs}
    of_others = [event for event in events if event not in theirs and (event.kind, event.value) in changed]
    SuppressionEvent.objects.filter(pk__in=[event.pk for event in theirs]).delete()
    Suppression.objects.filter(with_values(changed), account=account_id).delete()
    rows = [times_of(event, keys[event.kind, event.value]) for event in theirs]
    own = (fact for identity in set(keys.values()) for fact in _hashed_stops(account_id, identity, rows, holdings, now))
    record([*map(_fact, of_others), *own])
    return sum(kind != ERASED for kind, _ in changed)


def _keys(account_id: int, identities: Iterable[Identity]) -> dict[tuple[str, str], Identity]:
    """The identities by the keys of their entries, in plain and, after an earlier erasure, as hashes."""
    return {
        key: each for each in identities for key in ((str(each.kind), each.value), (ERASED, hash_of(account_id, each)))
    }


def _covers(holdings: Iterable[Holding], identity: Identity, at: datetime) -> bool:
    return any(each.identity == identity and each.covers(at) for each in holdings)


def _fact(event: SuppressionEvent) -> Fact:
    """An event of somebody else with the same number, to be merged again."""
    action, source = Action(event.action), Source(event.source)
    return Fact(
        event.account_id, (event.kind, event.value), event.at, action, source, event.reason, event.actor,
        event.webhook_id,
    )  # fmt: skip


def _hashed_stops(
    account_id: int, identity: Identity, rows: Sequence[Times], holdings: Sequence[Holding], now: datetime
) -> Iterator[Fact]:
    """The stops that count for an identity, under its hash; of a number that the person has left, the account's."""
    is_present = _covers(holdings, identity, now)
    rows = rows if is_present else [row for row in rows if row.identity == identity]
    for stop in stops_of(identity, rows, holdings):
        if is_present or not stop.by_person:
            source = Source.PREFERENCE if stop.by_person else Source.PAGE
            yield Fact(account_id, (ERASED, hash_of(account_id, identity)), stop.at, Action.STOP, source)
