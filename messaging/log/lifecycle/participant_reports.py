"""Reports about participants of messages to groups: telling them apart, and applying them.

A status of one participant counts for the message, without the person, and for the participant. Participants come after
messages, whose anchors are locked by then: no two workers change the participants of one message at the same time.
"""

import hashlib
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from core.spellings import standard
from messaging.log.directory import Directory
from messaging.log.lifecycle.columns import DELIVERY_STATES, KEY, sql_list
from messaging.log.lifecycle.participants import (
    ParticipantKey,
    merge_participants,
    record_participants,
    unite_participants,
)
from messaging.log.lifecycle.reports import EventReport, Key, event_rows
from messaging.log.models.message_key import key_digits
from messaging.persons.resolution import Identity
from messaging.persons.selectors.identities import identity_in, persons_of
from providers.events import EDIT_STATES, MessageEvent
from providers.vocabulary import Direction

_SELECT_MESSAGES = f"SELECT {sql_list(KEY)}, message_id, created_at, deleted FROM change_batch WHERE group_id <> ''"  # noqa: S608
_SELECT_KNOWN = """
SELECT message_id, participant_key::text, msisdn, user_id FROM log_participant WHERE message_id = ANY(%s)
"""


def split_participants(reports: Sequence[EventReport]) -> tuple[Sequence[EventReport], Sequence[EventReport]]:
    """The reports as those of messages, and those of participants.

    A participant is not the person of a group's message, and who edits a message does not become its person.
    """
    if not any(report.event.group_id or report.event.state in EDIT_STATES for report in reports):
        return reports, ()
    participants = [report for report in reports if report.event.group_id and _is_of_participant(report)]
    return [_without_person(report) if _is_impersonal(report.event) else report for report in reports], participants


def _is_impersonal(event: MessageEvent) -> bool:
    return event.state in EDIT_STATES or bool(event.group_id and event.direction == Direction.OUTBOUND)


def _without_person(report: EventReport) -> EventReport:
    return report._replace(event=replace(report.event, msisdn="", user_id=""))


def _is_of_participant(report: EventReport) -> bool:
    """Whether a report is about one participant. A delivery to nobody in particular is one to somebody unknown."""
    event = report.event
    is_person = bool(event.msisdn or event.user_id) and event.state not in EDIT_STATES
    return event.direction == Direction.OUTBOUND and (is_person or event.state in DELIVERY_STATES)


def apply_participants(cursor: Any, reports: Sequence[EventReport], directory: Directory) -> None:
    """Merge reports into the participants of the batch's messages, and record their deliveries for billing."""
    keys = _identify(cursor, reports)
    rows = zip(event_rows(reports, directory), keys, strict=True)
    merge_participants(cursor, ((*row, *key) for row, key in rows))
    record_participants(cursor)


def _identify(cursor: Any, reports: Sequence[EventReport]) -> list[ParticipantKey]:
    """The participant of each report: one for all identities of a person, in every spelling of a number."""
    cursor.execute(_SELECT_MESSAGES)
    messages = {tuple(row[:3]): row[3:] for row in cursor.fetchall()}
    cursor.execute(_SELECT_KNOWN, [[message_id for message_id, _, _ in messages.values()]])
    keys = {
        (message_id, name): key for message_id, key, *names in cursor.fetchall() for name in _standard(*names) if name
    }
    others: dict[str, str] = {}
    known_names = _known_names(reports)
    for report in sorted(reports, key=_has_one_name):
        message = report.key
        names = [(messages[message][0], name) for name in (*_names(report), *known_names(report))]
        known = [keys[name] for name in names if name in keys]
        key = known[0] if known else _key(message, names[0][1])
        others |= {other: key for other in known if other != key}
        keys |= dict.fromkeys(names, key)
    unite_participants(cursor, others)
    return [_participant_key(report, messages[report.key], keys) for report in reports]


def _known_names(reports: Iterable[EventReport]) -> Callable[[EventReport], list[str]]:
    """A function from a report to the other identities of its person that were known before."""
    wanted: defaultdict[int, set[Identity]] = defaultdict(set)
    for report in reports:
        if identity := identity_in(report.event.msisdn, report.event.user_id):
            wanted[report.account_id].add(identity)
    persons = {account_id: persons_of(account_id, identities) for account_id, identities in wanted.items()}

    def names(report: EventReport) -> list[str]:
        identity = identity_in(report.event.msisdn, report.event.user_id)
        person = persons[report.account_id].of(identity, report.event.at) if identity else ()
        return sorted(holding.identity.value for holding in person if holding.covers(report.event.at))

    return names


def _participant_key(
    report: EventReport, message: tuple[int, datetime, bool], keys: Mapping[tuple[int, str], str]
) -> ParticipantKey:
    message_id, created_at, deleted = message
    return ParticipantKey(keys[message_id, _names(report)[0]], message_id, created_at, deleted)


def _names(report: EventReport) -> list[str]:
    """The number and the user id, those that are known; one empty name without either."""
    return [name for name in _standard(report.event.msisdn, report.event.user_id) if name] or [""]


def _standard(msisdn: str, user_id: str) -> tuple[str, str]:
    return standard(msisdn) if msisdn else "", user_id


def _has_one_name(report: EventReport) -> bool:
    return len(_names(report)) == 1


def _key(message: Key, name: str) -> str:
    return hashlib.md5(f"{key_digits(*message)}:{name}".encode(), usedforsecurity=False).hexdigest()
