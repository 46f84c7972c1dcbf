"""Removes messages and people from a webhook's body, and keeps what it reports about others."""

import re
from collections.abc import Callable, Collection, Iterable
from datetime import datetime
from typing import Any

import orjson

from core.strict_json import load_repaired
from providers.events import CallEvent, ContactEvent, LegEvent, MessageEvent, Parsed
from providers.meta.wamids import encoded_forms, mask_in_ids
from providers.reading import digits, mapping, text, user_id
from providers.registry import parse

PersonalEvent = MessageEvent | CallEvent | LegEvent | ContactEvent
"""The events of a person."""


def prune(body: bytes, parsed: Parsed | None, is_removed: Callable[[PersonalEvent], bool]) -> bytes | None:
    """The body without the removed events of people; None if nothing remains, or it cannot be parsed (no `parsed`).

    A body of which nothing is removed is returned byte for byte.
    From a body with several, the list entries of the removed messages and contacts go, and those of people without a
    remaining one. Of an id that a remaining event has too, as of a message to a group, the removed people's entries go.
    """
    if parsed is None:
        return None
    personal = [event for event in parsed.events if isinstance(event, PersonalEvent)]
    removed = [event for event in personal if is_removed(event)]
    if parsed.events and not removed:
        return body
    remaining = [event for event in personal if not is_removed(event)]
    if not remaining and len(parsed.events) == len(personal):
        return None
    kept = _ids(remaining)
    names = (_ids(removed) - kept) | (_people(removed) - _people(remaining))
    pairs = {
        (name, person)
        for event in removed
        for name in kept.intersection(_ids_of(event))
        for person in identities_in(event)
        if person
    }
    return orjson.dumps(_without(load_repaired(body)[0], names, pairs))


def without_messages(
    body: bytes, parsed: Parsed | None, ids: Collection[str], others: Collection[PersonalEvent] = ()
) -> bytes | None:
    """The body without the messages of these provider's ids, and without other events of `parsed`; see `prune`."""
    objects = {id(event) for event in others}

    def is_removed(event: PersonalEvent) -> bool:
        is_of_message = isinstance(event, MessageEvent | ContactEvent) and event.provider_message_id in ids
        return is_of_message or id(event) in objects

    return prune(body, parsed, is_removed)


def parsed(provider: str, body: bytes) -> Parsed | None:
    """The parsed body; None when it cannot be parsed, also by a parser's fault: an erasure must not stop at it."""
    try:
        return parse(provider, body)
    except Exception:  # noqa: BLE001 - as above
        return None


def identities_in(event: PersonalEvent) -> tuple[str, str, str]:
    """The number, the user id and the parent id of an event's person; each empty if unknown."""
    about = event.message if isinstance(event, LegEvent) else event
    return about.msisdn, about.user_id, "" if isinstance(about, CallEvent) else about.parent_user_id


def time_of(event: PersonalEvent) -> datetime | None:
    """When it happened; None if the provider names no time."""
    return event.message.at if isinstance(event, LegEvent) else event.at


def _ids_of(event: PersonalEvent) -> tuple[str, ...]:
    if isinstance(event, CallEvent):
        return (event.call_id,)
    if isinstance(event, ContactEvent):
        return (event.provider_message_id,)
    message = event.message if isinstance(event, LegEvent) else event
    return message.provider_message_id, message.edit_id


def _ids(events: Iterable[PersonalEvent]) -> set[str]:
    return {name for event in events for name in _ids_of(event) if name}


def _people(events: Iterable[PersonalEvent]) -> set[str]:
    people = {name for event in events for name in identities_in(event)}
    for event in events:
        if isinstance(event, ContactEvent) and (previous := event.previous):
            people |= {previous.msisdn, previous.user_id, previous.parent_user_id}
    return people - {""}


def _without(part: Any, names: Collection[str], pairs: Collection[tuple[str, str]]) -> Any:
    """The part, without list entries that contain one of the names, or both of a pair."""
    if isinstance(part, dict):
        return {key: _without(value, names, pairs) for key, value in part.items()}
    if isinstance(part, list):
        return [_without(entry, names, pairs) for entry in part if not _contains(entry, names, pairs)]
    return part


def _contains(entry: Any, names: Collection[str], pairs: Collection[tuple[str, str]]) -> bool:
    """Whether a value is one of the names, as parsers read it, or two values are a pair."""
    values = list(entry.values()) if isinstance(entry, dict) else []
    for name in ("user_id", "parent_user_id"):  # of an update: the former and the present one
        values += mapping(entry.get(name)).values() if isinstance(entry, dict) else []
    words = {word for value in values for word in (text(value, 512), user_id(value), digits(value))}
    return not words.isdisjoint(names) or any(words.issuperset(pair) for pair in pairs)


def mask(body: bytes, names: Iterable[str]) -> bytes:
    """The text with nines in place of phone numbers and user ids in any spelling, outside longer words.

    So are numbers in Meta's ids of messages and calls. Separators between the digits stay, and JSON stays JSON.
    """
    names = list(filter(None, names))
    body = mask_in_ids(body, names)
    for name in names:
        pattern = rf"{_BEFORE}(?:00)?{spelling_pattern(name)}(?![0-9A-Za-z])"
        body = re.sub(pattern.encode(), lambda match: _SIGN.sub(rb"\g<between>9", match[0]), body)
    return body


def names_pattern(names: Iterable[str]) -> str:
    """A regular expression, valid in Python and PostgreSQL, of names in every spelling; without names, of nothing.

    It matches numbers in Meta's ids of messages and calls too.
    """
    patterns = [
        pattern
        for name in names
        if name
        for pattern in (spelling_pattern(name), *(encoded_forms(name) if name.isdecimal() else ()))
    ]
    return "|".join(patterns) or _NOTHING


def spelling_pattern(name: str) -> str:
    """A regular expression, valid in Python and PostgreSQL, that matches a phone number with separators between its
    digits, such as `91 98765-43210`, or exactly a user id.
    """
    return _BETWEEN.join(name) if name.isdecimal() else re.escape(name)


_NOTHING = "(?=a)b"  # an empty expression would match every text
# A separator may be escaped in JSON, and has up to three bytes in UTF-8. JSON's own punctuation is none.
_ESCAPED = r"\\[bfnrt]|\\u[0-9a-fA-F]{4}"
_BETWEEN = rf"""(?:[^0-9A-Za-z",:{{}}[\\\]]|{_ESCAPED}){{0,4}}"""
_BEFORE = r"(?:(?<![0-9A-Za-z])|(?<=\\[bfnrt])|(?<=\\u[0-9a-fA-F]{4}))"
_SIGN = re.compile(rf"(?P<between>(?:{_ESCAPED})*)[0-9A-Za-z]".encode())
