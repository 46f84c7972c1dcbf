"""Whether persons are on the suppression list, by any of their identities."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import datetime
from hashlib import sha256
from typing import NamedTuple

from django.db import connection

from messaging.persons.enums import IdentityKind
from messaging.persons.resolution import Holding, Identity
from messaging.persons.selectors.identities import persons_of, with_values
from messaging.suppression.enums import BY_PERSON, ERASED, Action, Source
from messaging.suppression.models import SuppressionEvent

# From each wanted identity to those that a link or an announced change joins with it, and what is recorded about them.
# It finds too many: a number has several owners over time. `stop_of` looks at dates, for the few that it finds.
_DEPTH = 4  # from a number to a user id, its parent id, another user id and its number
_FIND = """
WITH RECURSIVE connected (n, kind, value, depth) AS (
    SELECT ordinality, kind, value, 0
    FROM unnest(%(kinds)s::text[], %(values)s::text[]) WITH ORDINALITY w (kind, value, ordinality)
    UNION
    SELECT c.n, x.kind, x.value, c.depth + 1 FROM connected c CROSS JOIN LATERAL (
        SELECT other_kind, other_value FROM persons_identitylink l
        WHERE l.account_id = %(account)s AND l.kind = c.kind AND l.value = c.value
        UNION ALL SELECT kind, value FROM persons_identitylink l
        WHERE l.account_id = %(account)s AND l.other_kind = c.kind AND l.other_value = c.value
        UNION ALL SELECT kind, new_value FROM persons_identitychange l
        WHERE l.account_id = %(account)s AND l.kind = c.kind AND l.value = c.value
        UNION ALL SELECT kind, value FROM persons_identitychange l
        WHERE l.account_id = %(account)s AND l.kind = c.kind AND l.new_value = c.value
    ) x (kind, value) WHERE c.depth < %(depth)s
)
SELECT DISTINCT c.n, c.kind, c.value, s.person_stopped_at, s.person_started_at, s.account_stopped_at,
    s.account_started_at, s.stopped_at IS NOT NULL
FROM connected c JOIN suppression_suppression s ON s.account_id = %(account)s
    AND ((s.kind = c.kind AND s.value = c.value) OR (s.kind = %(erased)s AND s.value = encode(
        sha256(convert_to(concat_ws(':', %(account)s::text, c.kind, c.value), 'UTF8')), 'hex')))
"""


class Times(NamedTuple):
    """When an identity was last stopped and started, by the person and by the account."""

    identity: Identity
    person_stopped: datetime | None
    person_started: datetime | None
    account_stopped: datetime | None
    account_started: datetime | None


class Stop(NamedTuple):
    """Why no marketing is sent to a person: since when, and whether the person or the account stopped it."""

    at: datetime
    by_person: bool


def current_stops(account_id: int, wanted: Sequence[Identity]) -> dict[Identity, Stop]:
    """Those of the identities whose person gets no marketing now. One query, and more only if it finds stops."""
    times = _find(account_id, list(dict.fromkeys(wanted)))
    if not times:
        return {}
    persons = persons_of(account_id, times)
    stops = ((identity, stop_of(identity, rows, persons.of(identity))) for identity, rows in times.items())
    return {identity: stop for identity, stop in stops if stop}


def stop_at(account_id: int, identity: Identity, moment: datetime) -> Stop | None:
    """The stop of a person as it was at a moment, without those of which only Meta's error tells."""
    person = persons_of(account_id, [identity]).of(identity, moment)
    own = with_values({identity, *(each.identity for each in person)})
    events = SuppressionEvent.objects.filter(own, account=account_id, at__lte=moment).exclude(source=Source.ERROR)
    return stop_of(
        identity, [times_of(event, Identity(IdentityKind(event.kind), event.value)) for event in events], person
    )


def times_of(event: SuppressionEvent, identity: Identity) -> Times:
    """What one event of an identity does."""
    who, what = (
        "person" if event.source in BY_PERSON else "account",
        "stopped" if event.action == Action.STOP else "started",
    )
    times = dict.fromkeys(Times._fields[1:]) | {f"{who}_{what}": event.at}
    return Times(identity, **times)


def _find(account_id: int, wanted: list[Identity]) -> dict[Identity, list[Times]]:
    """What is recorded about the wanted identities and those connected with them, where any of it is a stop."""
    if not wanted:
        return {}
    kinds, values = ([str(identity[side]) for identity in wanted] for side in (0, 1))
    with connection.cursor() as cursor:
        cursor.execute(
            _FIND, {"account": account_id, "depth": _DEPTH, "kinds": kinds, "values": values, "erased": ERASED}
        )
        rows = cursor.fetchall()
    times_of_wanted: defaultdict[Identity, list[Times]] = defaultdict(list)
    with_stop: set[Identity] = set()
    for n, kind, value, *times, is_stopped in rows:
        wanted_identity = wanted[n - 1]
        times_of_wanted[wanted_identity].append(Times(Identity(IdentityKind(kind), value), *times))
        if is_stopped:
            with_stop.add(wanted_identity)
    return {identity: times_of_wanted[identity] for identity in with_stop}


def stop_of(identity: Identity, rows: Sequence[Times], person: Iterable[Holding]) -> Stop | None:
    """The stop of a person that follows from what is recorded about identities, of which some may be another's."""
    return max(stops_of(identity, rows, person), default=None)


def stops_of(identity: Identity, rows: Sequence[Times], person: Iterable[Holding]) -> list[Stop]:
    """The person's own stop and the account's, each if nothing has lifted it.

    What the account stopped counts for the identity itself whoever has it; everything else only while it was the
    person's. A stop and a start of the same moment stop.
    """
    holdings = [*person]

    def latest(name: str) -> datetime | None:
        times = [
            at for row in rows
            if (at := getattr(row, name)) is not None and _is_theirs(row.identity, at, holdings, identity, name)
        ]  # fmt: skip
        return max(times, default=None)

    account_start = latest("account_started")
    person_start = max(filter(None, (latest("person_started"), account_start)), default=None)
    return [
        Stop(at, by_person)
        for at, start, by_person in (
            (latest("person_stopped"), person_start, True), (latest("account_stopped"), account_start, False),
        )
        if at is not None and (start is None or at >= start)
    ]  # fmt: skip


def _is_theirs(identity: Identity, at: datetime, holdings: Sequence[Holding], wanted: Identity, name: str) -> bool:
    if identity == wanted and name.startswith("account"):
        return True
    known = [each for each in holdings if each.identity == identity]
    return any(each.covers(at) for each in known) if known else identity == wanted


def hash_of(account_id: int, identity: tuple[str, str]) -> str:
    """What stays of the identity of an erased person: enough to recognize it, and no number."""
    return sha256(f"{account_id}:{identity[0]}:{identity[1]}".encode()).hexdigest()
