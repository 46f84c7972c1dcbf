"""Meta's webhook bodies (status reference of 2026-05-21, business-scoped user ids of 2026-02-06) to events.

One body holds up to 1,000 updates in `entry[].changes[].value`. An invalid part becomes a problem; the
others are processed.
"""

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from core.strict_json import Unparsable, load_object
from providers.events import MessageEvent, Parsed
from providers.meta.management import read_management
from providers.reading import category_of, digits, integer, items, mapping, text, unix_time
from providers.vocabulary import Direction

# `played` is for a voice message: the person listened to it, so it counts as read.
_STATES = {"sent": "sent", "delivered": "delivered", "read": "read", "played": "read", "failed": "failed"}


def parse(body: bytes) -> Parsed:
    """Turn one body into events. Raises Unparsable when it is not Meta's envelope."""
    data = load_object(body)
    entries = items(data.get("entry"))
    if not entries:
        raise Unparsable("The body has no `entry` list, so it is not a WhatsApp webhook of Meta.")
    parsed = Parsed()
    for entry in entries:
        for change in items(entry.get("changes")):
            _read_change(change, entry, parsed)
    if not parsed.events and not parsed.problems:
        parsed.problems.append("The body holds no changes.")
    return parsed


def _read_change(change: dict[str, Any], entry: dict[str, Any], parsed: Parsed) -> None:
    value = mapping(change.get("value"))
    # Official samples misplace `field`, so the keys of the value decide.
    if {"statuses", "messages", "errors"} & value.keys():
        _read_messages(value, parsed)
        return
    events = read_management(value, text(entry.get("id"), 64), entry_time(entry))
    if events is None:
        parsed.problems.append(f"Field {text(change.get('field'), 64)!r} is not understood yet.")
    else:
        parsed.events.extend(events)


def entry_time(entry: dict[str, Any]) -> datetime | None:
    """The time of the change by Meta: seconds since 1970, as an integer."""
    try:
        return unix_time(entry.get("time"))
    except ValueError:
        return None


def _read_messages(value: dict[str, Any], parsed: Parsed) -> None:
    number_id = text(mapping(value.get("metadata")).get("phone_number_id"), 64)
    if not number_id:
        parsed.problems.append("metadata.phone_number_id is missing, so the number is unknown.")
        return
    for status in items(value.get("statuses")):
        _collect(parsed, "status", status, lambda status=status: _status_event(status, number_id))
    contacts = {text(contact.get("wa_id"), 32): contact for contact in items(value.get("contacts"))}
    for message in items(value.get("messages")):
        _collect(parsed, "message", message, lambda message=message: _inbound_event(message, number_id, contacts))
    for error in items(value.get("errors")):
        parsed.problems.append(f"Meta reports error {text(error.get('code'), 12)}: {text(error.get('title'), 200)}")


def _collect(parsed: Parsed, kind: str, part: dict[str, Any], read: Any) -> None:
    try:
        parsed.events.append(read())
    except ValueError as error:
        parsed.problems.append(f"The {kind} {text(part.get('id'), 80)!r} cannot be used: {error}.")


def _required_id(part: dict[str, Any]) -> str:
    wamid = text(part.get("id"), 512)
    if not wamid:
        raise ValueError("its id is missing")
    return wamid


def _status_event(status: dict[str, Any], number_id: str) -> MessageEvent:
    pricing = mapping(status.get("pricing"))
    word = text(status.get("status"), 24).lower() or "unknown"
    error = next(_errors(status), {})
    return MessageEvent(
        provider_message_id=_required_id(status),
        state=_STATES.get(word, word),
        at=unix_time(status.get("timestamp")),
        number_id=number_id,
        msisdn=digits(status.get("recipient_participant_id") or status.get("recipient_id")),
        user_id=text(status.get("recipient_user_id"), 140),
        category=category_of(pricing.get("category")),
        pricing_type=text(pricing.get("type"), 32).lower(),
        client_message_id=text(status.get("biz_opaque_callback_data"), 512),
        detail=word if word == "played" else "",
        error_source="meta" if error else "",
        error_code=integer(error.get("code")),
        error_title=text(mapping(error.get("error_data")).get("details") or error.get("title"), 255),
    )


def _errors(part: dict[str, Any]) -> Iterator[dict[str, Any]]:
    yield from items(part.get("errors"))


def _inbound_event(message: dict[str, Any], number_id: str, contacts: dict[str, Any]) -> MessageEvent:
    kind = text(message.get("type"), 24).lower() or "unknown"
    contact = mapping(contacts.get(text(message.get("from"), 32)))
    content = {key: value for key, value in message.items() if key not in {"id", "from", "timestamp"}}
    name = text(mapping(contact.get("profile")).get("name"), 255)
    return MessageEvent(
        provider_message_id=_required_id(message),
        state="received",
        at=unix_time(message.get("timestamp")),
        direction=Direction.INBOUND,
        number_id=number_id,
        msisdn=digits(message.get("from")),
        user_id=text(contact.get("user_id"), 140),
        content_type=kind,
        content={**content, "profile_name": name} if name else content,
    )
