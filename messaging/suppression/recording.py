"""Stores stops and their lifting: set-based, in any order and any number of times."""

from collections.abc import Iterable
from datetime import datetime
from typing import NamedTuple

from django.db import connection

from messaging.suppression.enums import BY_PERSON, Action, Source

_ADD_EVENTS = """
INSERT INTO suppression_suppressionevent
    (account_id, kind, value, at, action, source, reason, actor, webhook_id)
SELECT DISTINCT ON (1, 2, 3, 4, 5, 6) *
FROM unnest(%s::bigint[], %s::text[], %s::text[], %s::timestamptz[], %s::text[], %s::text[], %s::text[], %s::text[],
    %s::bigint[])
ORDER BY 1, 2, 3, 4, 5, 6 ON CONFLICT DO NOTHING
"""
_TIMES = [f"{who}_{what}ed_at" for who in ("person", "account") for what in ("stopp", "start")]
_MERGE = f"""
INSERT INTO suppression_suppression AS s (account_id, kind, value, {", ".join(_TIMES)})
SELECT account_id, kind, value,
    max(at) FILTER (WHERE by_person AND stops), max(at) FILTER (WHERE by_person AND NOT stops),
    max(at) FILTER (WHERE NOT by_person AND stops), max(at) FILTER (WHERE NOT by_person AND NOT stops)
FROM unnest(%s::bigint[], %s::text[], %s::text[], %s::timestamptz[], %s::bool[], %s::bool[])
    e (account_id, kind, value, at, stops, by_person)
GROUP BY 1, 2, 3 ORDER BY 1, 2, 3
ON CONFLICT (account_id, kind, value) DO UPDATE
SET {", ".join(f"{name} = greatest(s.{name}, EXCLUDED.{name})" for name in _TIMES)}
"""  # noqa: S608 - of constants


class Fact(NamedTuple):
    """A stop or its lifting. `identity` is its kind and value."""

    account_id: int
    identity: tuple[str, str]
    at: datetime
    action: Action
    source: Source
    reason: str = ""
    actor: str = ""
    webhook_id: int | None = None


def record(facts: Iterable[Fact]) -> None:
    """Store facts. Repeating them, in any order, changes nothing. Call it in the transaction of their events."""
    facts = list(facts)
    if not facts:
        return
    merged, events = [], []
    for account_id, (kind, value), at, action, source, reason, actor, webhook_id in facts:
        key = (account_id, str(kind), value, at)
        merged.append((*key, action == Action.STOP, source in BY_PERSON))
        events.append((*key, str(action), str(source), reason[:255], actor[:255], webhook_id))
    with connection.cursor() as cursor:
        cursor.execute(_ADD_EVENTS, [list(column) for column in zip(*events, strict=True)])
        cursor.execute(_MERGE, [list(column) for column in zip(*merged, strict=True)])
