"""Stores what webhooks state about persons: set-based, and only what is new."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime
from typing import Any, NamedTuple

from django.db import connection

from core.spellings import standard
from messaging.persons.enums import IdentityKind, NameKind
from messaging.persons.resolution import Identity

_ANY_TIME = datetime(1, 1, 1, tzinfo=UTC)
# A fact that is known already is only read: an upsert would lock its row.
_ADD_LINKS = """
WITH stated AS (
    SELECT account_id, kind, value, other_kind, other_value, max(scope) AS scope, min(at) AS at
    FROM unnest(%s::bigint[], %s::text[], %s::text[], %s::text[], %s::text[], %s::text[], %s::timestamptz[])
        s (account_id, kind, value, other_kind, other_value, scope, at)
    GROUP BY 1, 2, 3, 4, 5
)
INSERT INTO persons_identitylink AS l (account_id, kind, value, other_kind, other_value, scope, first_at)
SELECT s.* FROM stated s LEFT JOIN persons_identitylink k USING (account_id, kind, value, other_kind, other_value)
WHERE k.first_at IS NULL OR k.first_at > s.at OR k.scope < s.scope
ORDER BY 1, 2, 3, 4, 5
ON CONFLICT (account_id, kind, value, other_kind, other_value) DO UPDATE
SET first_at = LEAST(l.first_at, EXCLUDED.first_at), scope = GREATEST(l.scope, EXCLUDED.scope)
"""
_ADD_NAMES = """
WITH stated AS (
    SELECT account_id, kind, value, name_kind, name, max(at) AS at
    FROM unnest(%s::bigint[], %s::text[], %s::text[], %s::text[], %s::text[], %s::timestamptz[])
        s (account_id, kind, value, name_kind, name, at)
    GROUP BY 1, 2, 3, 4, 5
)
INSERT INTO persons_personname AS n (account_id, kind, value, name_kind, name, last_at)
SELECT s.* FROM stated s LEFT JOIN persons_personname k USING (account_id, kind, value, name_kind, name)
WHERE k.last_at IS NULL OR k.last_at < s.at
ORDER BY 1, 2, 3, 4, 5
ON CONFLICT (account_id, kind, value, name_kind, name) DO UPDATE SET last_at = GREATEST(n.last_at, EXCLUDED.last_at)
"""
_ADD_CHANGES = """
INSERT INTO persons_identitychange (account_id, kind, value, new_value, at)
SELECT DISTINCT * FROM unnest(%s::bigint[], %s::text[], %s::text[], %s::text[], %s::timestamptz[])
ORDER BY 1, 2, 3, 4, 5 ON CONFLICT DO NOTHING
"""


class Sighting(NamedTuple):
    """Identities and names that an event gives to one person; empty where it gives none.

    `scope` is where the user id is unique: the portfolio, else the WABA.
    """

    account_id: int
    at: datetime
    scope: str = ""
    msisdn: str = ""
    user_id: str = ""
    parent_user_id: str = ""
    username: str = ""
    profile_name: str = ""

    @property
    def identities(self) -> list[Identity]:
        """The identities, those that never change hands first."""
        pairs = (
            (IdentityKind.USER_ID, self.user_id),
            (IdentityKind.PARENT_USER_ID, self.parent_user_id),
            (IdentityKind.NUMBER, standard(self.msisdn)),
        )
        return [Identity(kind, value) for kind, value in pairs if value]

    @property
    def names(self) -> list[tuple[NameKind, str]]:
        """The names."""
        pairs = ((NameKind.USERNAME, self.username), (NameKind.PROFILE, self.profile_name))
        return [(kind, name) for kind, name in pairs if name]


class Announcement(NamedTuple):
    """A change of identities, of which `old` are the former and `new` the present ones."""

    old: Sighting
    new: Sighting


class _Period(NamedTuple):
    """The first and the last time of a sighting."""

    first: datetime
    last: datetime


def record(sightings: Iterable[Sighting], announcements: Sequence[Announcement] = ()) -> None:
    """Store facts. Repeating them, in any order, changes nothing. Call it in the transaction of their events."""
    periods = _periods([*sightings, *(side for each in announcements for side in each)])
    links: list[tuple[Any, ...]] = []
    names: list[tuple[Any, ...]] = []
    for sighting, period in periods.items():
        if identities := sighting.identities:
            account_id, (first, *others) = sighting.account_id, identities
            links += ((account_id, *first, *other, sighting.scope, period.first) for other in others)
            names += ((account_id, *first, *name, period.last) for name in sighting.names)
    changes = [row for each in announcements for row in _changes(each)]
    with connection.cursor() as cursor:
        for statement, rows in ((_ADD_LINKS, links), (_ADD_NAMES, names), (_ADD_CHANGES, changes)):
            if rows:
                cursor.execute(statement, [list(column) for column in zip(*rows, strict=True)])


def _periods(sightings: Iterable[Sighting]) -> dict[Sighting, _Period]:
    """The period of each sighting: a batch has several statuses of most messages. Its key has no time."""
    periods: dict[Sighting, _Period] = {}
    for sighting in sightings:
        at, key = sighting.at, sighting._replace(at=_ANY_TIME)
        known = periods.get(key)
        periods[key] = _Period(min(known.first, at), max(known.last, at)) if known else _Period(at, at)
    return periods


def _changes(announcement: Announcement) -> Iterator[tuple[Any, ...]]:
    new = dict(announcement.new.identities)
    for kind, value in announcement.old.identities:
        if kind in new and new[kind] != value:
            yield announcement.new.account_id, kind, value, new[kind], announcement.new.at
