"""Events about participants of messages to groups: telling the participants apart, and applying the events.

A status of one participant counts for the message, without the person, and for the participant. Participants come after
messages, whose anchors are locked by then: no two workers change the participants of one message at the same time.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from datetime import datetime
from operator import attrgetter
from typing import Any

from core.calling_codes import country_of
from core.spellings import spellings, standard
from messaging.log.lifecycle.columns import DELIVERY_STATES, IDENTITY, KEY, sql_list
from messaging.log.lifecycle.participants import (
    PARTICIPANT_EVENT_COLUMNS,
    ParticipantKey,
    merge_participants,
    participant_key,
    record_participants,
    standard_names,
    unite_participants,
)
from messaging.log.lifecycle.reports import EventReport, Key, ResolvedEvent
from messaging.log.lifecycle.sql.tables import CREATE_TABLES
from messaging.log.models.message_key import key_digits
from messaging.persons.enums import IdentityKind
from messaging.persons.resolution import Identity
from messaging.persons.selectors.identities import KnownPersons, identity_in, persons_of
from providers.events import EDIT_STATES, MessageEvent
from providers.vocabulary import Direction

_SELECT_MESSAGES = f"SELECT {sql_list(KEY)}, message_id, created_at, deleted FROM change_batch WHERE group_id <> ''"  # noqa: S608
_values = attrgetter(*(column.value for column in PARTICIPANT_EVENT_COLUMNS))
_SELECT_KNOWN = """
SELECT message_id, participant_key::text, erased_keys::text[], msisdn, user_id
FROM log_participant WHERE message_id = ANY(%s)
"""
_HAS_ERASED = "SELECT EXISTS (SELECT FROM log_participant WHERE erased)"
_SELECT_ERASED = f"""
SELECT {sql_list(KEY)}, participant_key::text, erased_keys::text[]
FROM log_anchor JOIN unnest(%s::bigint[], %s::text[], %s::text[]) k ({sql_list(KEY)}) USING ({sql_list(KEY)})
JOIN log_participant p USING (account_id, message_id) WHERE p.erased
"""  # noqa: S608


def apply_participants(cursor: Any, events: Sequence[ResolvedEvent]) -> None:
    """Merge events of messages to groups into the participants of the batch's messages, and record their deliveries."""
    participants = [event for event in events if _is_of_participant(event.event)]
    keys = _identify(cursor, [event.report for event in participants])
    merge_participants(cursor, ((*_row(event), *key) for event, key in zip(participants, keys, strict=True)))
    record_participants(cursor)


def _is_of_participant(event: MessageEvent) -> bool:
    """Whether an event is about one participant. A delivery to nobody in particular is one to somebody unknown."""
    is_person = bool(event.msisdn or event.user_id) and event.state not in EDIT_STATES
    return event.direction == Direction.OUTBOUND and (is_person or event.state in DELIVERY_STATES)


def erased_reports(cursor: Any, reports: Sequence[EventReport]) -> list[EventReport]:
    """Those of these reports of messages to groups whose participant was erased: nothing of the person comes back."""
    cursor.execute(_HAS_ERASED)
    if not cursor.fetchone()[0]:
        return []
    keys = sorted({report.key for report in reports})
    cursor.execute(_SELECT_ERASED, [list(column) for column in zip(*keys, strict=True)])
    erased = {(tuple(key), each) for *key, own, others in cursor.fetchall() for each in _digits(own, others)}
    if not erased:
        return []
    return [
        report
        for report in reports
        if any((report.key, each) in erased for each in _possible_keys(report.key, _names(report)))
    ]


def _row(event: ResolvedEvent) -> tuple[object, ...]:
    msisdn, user_id = event.event.msisdn, event.event.user_id
    return _values(event._replace(msisdn=msisdn, user_id=user_id, country=country_of(msisdn, user_id)))


def _identify(cursor: Any, reports: Sequence[EventReport]) -> list[ParticipantKey]:
    """The participant of each report: one for all identities of a person, in every spelling of a number."""
    cursor.execute(_SELECT_MESSAGES)
    messages = {tuple(row[:3]): row[3:] for row in cursor.fetchall()}
    cursor.execute(_SELECT_KNOWN, [[message_id for message_id, _, _ in messages.values()]])
    keys: dict[tuple[int, str], str] = {}
    erased: dict[str, str] = {}
    for message_id, key, erased_keys, *names in cursor.fetchall():
        keys |= {(message_id, name): key for name in standard_names(*names)}
        erased |= dict.fromkeys(_digits(key, erased_keys), key) if erased_keys else {}
    others: dict[str, str] = {}
    named = [(report, report.key, _names(report)) for report in reports]
    known_names = _known_names(reports)
    done: set[tuple[Key, tuple[str, ...]]] = set()  # most have several statuses in a batch
    for report, message, own_names in sorted(named, key=lambda each: len(each[2]) == 1):
        all_names = (*own_names, *known_names(report))
        if (message, all_names) in done:
            continue
        done.add((message, all_names))
        names = [(messages[message][0], name) for name in all_names]
        former = [erased[key] for key in _possible_keys(message, all_names) if key in erased] if erased else []
        known = former + [keys[name] for name in names if name in keys]
        key = known[0] if known else participant_key(key_digits(*message), own_names[0])
        others |= {other: key for other in known if other != key}
        keys |= dict.fromkeys(names, key)
    unite_participants(cursor, others)
    return [ParticipantKey(keys[messages[message][0], names[0]], *messages[message]) for _, message, names in named]


def _digits(key: str, others: Iterable[str] | None) -> list[str]:
    """Keys without the hyphens with which PostgreSQL writes them."""
    return [each.replace("-", "") for each in (key, *(others or ()))]


def _possible_keys(message: Key, names: Iterable[str]) -> list[str]:
    """The keys that a participant with these names may have."""
    return [participant_key(key_digits(*message), name) for name in names]


def _known_names(reports: Iterable[EventReport]) -> Callable[[EventReport], list[str]]:
    """A function from a report to the other identities of its person that were known before."""
    wanted: defaultdict[int, set[tuple[str, str]]] = defaultdict(set)
    for report in reports:
        wanted[report.account_id].add((report.event.msisdn, report.event.user_id))
    persons: dict[tuple[int, str, str], tuple[KnownPersons, Identity]] = {}
    for account_id, pairs in wanted.items():
        identities = {pair: identity for pair in pairs if (identity := identity_in(*pair))}
        known = persons_of(account_id, identities.values())
        persons |= {(account_id, *pair): (known, each) for pair, each in identities.items() if known.has_facts(each)}

    def names(report: EventReport) -> list[str]:
        event = report.event
        if (entry := persons.get((report.account_id, event.msisdn, event.user_id))) is None:
            return []
        known, identity = entry
        person = known.of(identity, event.at)
        return sorted(holding.identity.value for holding in person if holding.covers(event.at))

    return names


_SELECT_LINKED = """
SELECT DISTINCT a.account_id, a.created_at, a.msisdn, b.user_id, a.message_id, a.participant_key::text,
    b.participant_key::text
FROM unnest(%s::bigint[], %s::text[], %s::text[]) l (account_id, msisdn, user_id)
JOIN log_participant a ON a.account_id = l.account_id AND a.msisdn = l.msisdn AND a.user_id IN ('', l.user_id)
JOIN log_participant b ON b.account_id = l.account_id AND b.user_id = l.user_id AND b.message_id = a.message_id
WHERE a.participant_key <> b.participant_key
"""
_HAS_PARTICIPANTS = "SELECT EXISTS (SELECT FROM log_participant WHERE account_id = ANY(%s))"
_CHANGE_MESSAGES = f"""
INSERT INTO change_batch ({sql_list(IDENTITY)}, message_id, direction, created_at, existing_at, group_id, waba_id)
SELECT {sql_list(IDENTITY, "m")}, m.id, m.direction, m.created_at, m.created_at, m.group_id, n.waba_id
FROM log_message m LEFT JOIN log_phonenumber n ON n.id = m.phone_number_id
WHERE (m.account_id, m.created_at, m.id) IN (SELECT * FROM unnest(%s::bigint[], %s::timestamptz[], %s::bigint[]))
"""  # noqa: S608 - every name is a constant of this package


def unite_linked(cursor: Any, links: Iterable[tuple[int, str, str]]) -> None:
    """Unite the participants of earlier messages whose number and user id proved to be one person's.

    `links` are account, number and user id that one webhook names. Call it when everything else of a batch is applied.
    """
    spelled = {(account_id, form, user_id) for account_id, msisdn, user_id in links for form in spellings(msisdn)}
    cursor.execute(_HAS_PARTICIPANTS, [list({account_id for account_id, _, _ in spelled})])
    if not cursor.fetchone()[0]:
        return
    cursor.execute(_SELECT_LINKED, [list(column) for column in zip(*spelled, strict=True)])
    pairs = [row for row in cursor.fetchall() if _was_one_person(*row[:4])]
    if pairs:
        cursor.execute(CREATE_TABLES)
        merge_participants(cursor, ())
        unite_participants(cursor, {other: kept for *_, kept, other in pairs})
        messages = {(account_id, at, message_id) for account_id, at, _, _, message_id, _, _ in pairs}
        cursor.execute(_CHANGE_MESSAGES, [list(column) for column in zip(*messages, strict=True)])
        record_participants(cursor)


def _was_one_person(account_id: int, at: datetime, msisdn: str, user_id: str) -> bool:
    identity = Identity(IdentityKind.NUMBER, standard(msisdn))
    person = persons_of(account_id, [identity]).of(identity, at)
    return any(holding.identity.value == user_id and holding.covers(at) for holding in person)


def _names(report: EventReport) -> list[str]:
    """The number and the user id, those that are known; one empty name without either."""
    return [*standard_names(report.event.msisdn, report.event.user_id)] or [""]
