"""Edits and deletions that are not applied: those that come before their original, and those by somebody else.

Who sent the original may be known only from the log, or from the same batch. So the batch is tried with all edits, and
once more without those by somebody else, of which nothing may remain.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from typing import Any, NamedTuple

from django.db import transaction

from core.spellings import standard
from messaging.log.lifecycle.columns import KEY, sql_list
from messaging.log.lifecycle.reports import EventReport, Key, ResolvedEvent
from messaging.log.lifecycle.sql.statements import IS_EDIT, TAKE_EARLY_EDITS, same_key
from providers.events import EDIT_STATES
from providers.reading import is_parent_id
from providers.vocabulary import Direction

_SELECT_ORIGINALS = f"""
SELECT {sql_list(KEY, "c")}, m.direction, m.msisdn, m.user_id, m.phone_number_id
FROM change_batch c JOIN log_message m
    ON (m.account_id, m.created_at, m.id) = (c.account_id, c.existing_at, c.message_id)
WHERE EXISTS (SELECT FROM event_batch e WHERE {same_key("e", "c")} AND e.{IS_EDIT})
"""  # noqa: S608 - every name is a constant of this package


class _Sender(NamedTuple):
    """Who sent a message or edit, as far as it is known."""

    direction: str
    names: dict[str, str | int | None]

    def is_another(self, other: "_Sender") -> bool:
        """Whether the two cannot be the same: one name in common suffices to be."""
        if self.direction != other.direction:
            return True
        pairs = [(name, other.names[kind]) for kind, name in self.names.items() if name and other.names[kind]]
        return bool(pairs) and all(one != another for one, another in pairs)


def accept_edits(
    cursor: Any, events: Sequence[ResolvedEvent], load: Callable[[Sequence[ResolvedEvent]], None]
) -> tuple[Sequence[ResolvedEvent], set[Key]]:
    """Load a batch without edits by another sender than the original's, and take early edits out of it.

    Returns the events that count, and the keys of the messages that early edits await.
    """
    edits = [event.report for event in events if event.event.state in EDIT_STATES]
    if not edits:
        load(events)
        return events, set()
    while True:
        with transaction.atomic():
            load(events)
            cursor.execute(TAKE_EARLY_EDITS)
            early = set(cursor.fetchall())
            foreign = _by_others(cursor, edits, (event.report for event in events))
            if not foreign:
                return events, early
            transaction.set_rollback(True)
        events = [event for event in events if id(event.report) not in foreign]
        edits = [report for report in edits if id(report) not in foreign]


def _by_others(cursor: Any, edits: Iterable[EventReport], reports: Iterable[EventReport]) -> set[int]:
    """The ids, as objects, of the edits by another sender. A status that a message was deleted does not say by whom."""
    edited = {report.key for report in edits}
    senders: defaultdict[Key, list[_Sender]] = defaultdict(list)
    for report in reports:
        if report.key in edited and report.event.state not in EDIT_STATES:
            senders[report.key].append(_sender(report))
    cursor.execute(_SELECT_ORIGINALS)
    for *key, direction, msisdn, user_id, number_id in cursor.fetchall():
        senders[(key[0], key[1], key[2])].append(_known_sender(direction, msisdn, user_id, "", number_id))
    return {
        id(report)
        for report in edits
        if report.event.edit_id and any(_sender(report).is_another(original) for original in senders[report.key])
    }


def _sender(report: EventReport) -> _Sender:
    event = report.event
    return _known_sender(
        event.direction, event.msisdn, event.user_id, event.parent_user_id, report.placement.phone_number_id
    )


def _known_sender(direction: str, msisdn: str, user_id: str, parent_id: str, number_id: int | None) -> _Sender:
    """Of an outbound message the business number; otherwise the person."""
    if direction == Direction.OUTBOUND:
        return _Sender(direction, {"number_id": number_id})
    is_parent = is_parent_id(user_id)
    return _Sender(direction, {
        "number": standard(msisdn) if msisdn else "",
        "user_id": "" if is_parent else user_id,
        "parent_user_id": user_id if is_parent else parent_id,
    })  # fmt: skip
