"""From facts about identities to persons. Pure, so that it can be tested without a database.

A user id belongs to one person for ever: ids are one person when a parent id or an announced change joins them.
A number belongs to one person at a time, so its time is cut into periods:

* Another user id of the same scope appears on it without an announced change between the two: the number has moved to
  somebody else, whose period begins with their first event. Ids of two portfolios on one number are one person.
* A user id appears on another number, or a change of number is announced: the person's period on the old one ends.
"""

from collections import defaultdict
from collections.abc import Hashable, Iterable, Iterator, Sequence
from datetime import datetime, timedelta
from itertools import pairwise
from typing import NamedTuple

from messaging.persons.enums import IdentityKind

_INSTANT = timedelta(microseconds=1)


class Identity(NamedTuple):
    """A number in its standard spelling, a user id, a parent id, or a username."""

    kind: IdentityKind
    value: str


class Link(NamedTuple):
    """A user id or parent id, another identity of the same person, the id's scope, and the first event with both."""

    left: Identity
    right: Identity
    scope: str
    at: datetime


class Change(NamedTuple):
    """An announced change of an identity to another of the same kind."""

    old: Identity
    new: Identity
    at: datetime


class Holding(NamedTuple):
    """An identity of a person, since `start` (inclusive) and until `end` (exclusive); None: unlimited."""

    identity: Identity
    start: datetime | None = None
    end: datetime | None = None

    def covers(self, at: datetime) -> bool:
        """Whether the time is within it."""
        return (self.start is None or at >= self.start) and (self.end is None or at < self.end)


Person = frozenset[Holding]


class Persons:
    """The persons of some facts."""

    def __init__(self, links: Iterable[Link], changes: Iterable[Change]) -> None:
        links, changes = sorted(set(links)), sorted(set(changes))
        numbers = [link for link in links if link.right.kind == IdentityKind.NUMBER]
        moves = [change for change in changes if change.old.kind == IdentityKind.NUMBER and change.old != change.new]
        self._sets = _DisjointSets()
        for left, right in [*(link[:2] for link in links), *(change[:2] for change in changes)]:
            if IdentityKind.NUMBER not in {left.kind, right.kind}:
                self._sets.join(Holding(left), Holding(right))
        numbers = _in_order(numbers, self._sets)
        self._periods = {number: _periods(number, ends) for number, ends in _ends(numbers, moves, self._sets).items()}
        owned = [(Holding(link.left), self._period(link.right, link.at)) for link in numbers]
        owned += [(self._period(move.old, move.at), self._period(move.new, move.at)) for move in moves]
        for pair in owned:
            self._sets.join(*pair)
        self._owned = {holding for pair in owned for holding in pair}
        self._members: defaultdict[Hashable, set[Holding]] = defaultdict(set)
        for holding in self._sets:
            self._members[self._sets.root(holding)].add(holding)

    def has_facts(self, identity: Identity) -> bool:
        """Whether a fact is about an identity."""
        return identity in self._periods or Holding(identity) in self._sets

    def of(self, identity: Identity, at: datetime | None = None) -> Person:
        """The person to whom an identity belongs at a time; None: now.

        When the known owner of a number has left it, and nobody else is known to have it, it is still theirs, and so
        is its time since then.
        """
        if identity.kind != IdentityKind.NUMBER:
            return self._person(Holding(identity))
        periods = self._periods.get(identity, [Holding(identity)])
        if at is not None:
            return self._person(next(period for period in periods if period.covers(at)))
        last_owned = next((period for period in reversed(periods) if period in self._owned), periods[-1])
        return self._person(last_owned) | ({periods[-1]} if periods[-1] not in self._owned else frozenset())

    def _person(self, holding: Holding) -> Person:
        return frozenset(self._members.get(self._sets.root(holding), {holding}))

    def _period(self, number: Identity, at: datetime) -> Holding:
        return next(period for period in self._periods[number] if period.covers(at))


def _in_order(links: Sequence[Link], ids: "_DisjointSets") -> list[Link]:
    """The links, sorted, with those of two persons on a number at the same time an instant after each other."""
    latest: dict[tuple[Identity, str, str], Link] = {}
    ordered: list[Link] = []
    for link in sorted(links, key=lambda each: (each.at, each.left, each.right)):
        key = (link.right, link.left.kind, link.scope)
        before = latest.get(key)
        if before and before.at >= link.at and ids.root(Holding(before.left)) != ids.root(Holding(link.left)):
            link = link._replace(at=before.at + _INSTANT)  # noqa: PLW2901 - the same link
        latest[key] = link
        ordered.append(link)
    return ordered


def _ends(
    links: Sequence[Link], moves: Sequence[Change], ids: "_DisjointSets"
) -> dict[Identity, list[tuple[datetime, datetime]]]:
    """For each number, the intervals in which a period ended: after the first time, at the latest at the second."""
    ends: dict[Identity, list[tuple[datetime, datetime]]] = {}
    users: defaultdict[tuple[Identity, str, str], list[tuple[datetime, Identity]]] = defaultdict(list)
    used_numbers: defaultdict[Identity, list[tuple[datetime, Identity]]] = defaultdict(list)
    for link in links:
        ends.setdefault(link.right, [])
        users[link.right, link.left.kind, link.scope].append((link.at, link.left))
        used_numbers[link.left].append((link.at, link.right))
    for (number, *_), claims in users.items():
        for (at, before), (next_at, after) in pairwise(sorted(claims)):
            if ids.root(Holding(before)) != ids.root(Holding(after)):
                ends[number].append((at, next_at))
    for claimed in used_numbers.values():
        for (at, number), (next_at, _) in pairwise(sorted(claimed)):
            if at < next_at:  # both at once: an announced change, which says which of them ends
                ends[number].append((at, next_at + _INSTANT))
    for move in moves:
        ends.setdefault(move.old, []).append((move.at, move.at + _INSTANT))
        ends.setdefault(move.new, []).append((move.at - _INSTANT, move.at))
    return ends


def _periods(number: Identity, ends: Iterable[tuple[datetime, datetime]]) -> list[Holding]:
    """The periods of a number. Intervals that have a moment in common may be about one change: they share a bound."""
    bounds: list[datetime] = []
    for after, latest in sorted(ends, key=lambda end: (end[1], end[0])):
        if not bounds or bounds[-1] <= after:
            bounds.append(latest)
    return [Holding(number, start, end) for start, end in pairwise([None, *bounds, None])]


class _DisjointSets:
    """Sets of holdings that are joined one pair at a time."""

    def __init__(self) -> None:
        self._parents: dict[Holding, Holding] = {}

    def __iter__(self) -> Iterator[Holding]:
        return iter(self._parents)

    def __contains__(self, holding: Holding) -> bool:
        return holding in self._parents

    def root(self, holding: Holding) -> Holding:
        """The holding that stands for its set."""
        while (parent := self._parents.get(holding, holding)) != holding:
            self._parents[holding] = self._parents[parent]
            holding = parent
        return holding

    def join(self, left: Holding, right: Holding) -> None:
        """Join the sets of two holdings."""
        for holding in (left, right):
            self._parents.setdefault(holding, holding)
        self._parents[self.root(left)] = self.root(right)
