"""Meta's webhook bodies (status reference of 2026-05-21, business-scoped user ids of 2026-02-06) to events.

One body holds up to 1,000 updates in `entry[].changes[].value`. An invalid part becomes a problem; the
others are processed.
"""

from collections.abc import Callable, Iterator
from datetime import datetime
from functools import partial
from typing import Any

from core.strict_json import Unparsable, load_repaired
from providers.events import REVOKED, ContactEvent, MessageEvent, Parsed
from providers.meta.calls import call_event, call_status_event, is_call
from providers.meta.edits import resolve_edit
from providers.meta.history import read_history
from providers.meta.management import read_management
from providers.meta.people import announced_change, person
from providers.reading import (
    category_of,
    error_text,
    integer,
    is_false,
    items,
    mapping,
    required_id,
    template_id,
    text,
    unix_time,
)
from providers.vocabulary import (
    BUSINESS_AGENT_DETAIL,
    BUSINESS_APP,
    BUSINESS_APP_DETAIL,
    NOT_BILLABLE,
    PER_CONVERSATION,
    Category,
    Direction,
)
from providers.webhook_fields import FieldState, read_fields

_SAMPLE_WABA, _SAMPLE_NUMBER = "0", "123456123"  # of what the app dashboard posts, with a timestamp of 2017
_PAYMENT = "payment"  # `type` of a status that is about a payment in a chat, and no message
# `played` is for a voice message: the person listened to it, so it counts as read. `deleted`: the person deleted it.
_STATES = {
    "sent": "sent", "delivered": "delivered", "read": "read", "played": "read", "failed": "failed", "deleted": REVOKED,
}  # fmt: skip


def parse(body: bytes) -> Parsed:
    """Turn one body into events. Raises Unparsable when it is not Meta's envelope."""
    data, notes = load_repaired(body)
    entries = items(data.get("entry"))
    if not entries:
        raise Unparsable("The body has no `entry` list, so it is not a WhatsApp webhook of Meta.")
    parsed, repairs = Parsed(notes=notes), len(notes)
    for entry in entries:
        for change in items(entry.get("changes")):
            if _is_sample(change, entry):
                parsed.notes.append("A sample of the Test button in Meta's app dashboard: the address works.")
            else:
                _read_change(change, entry, parsed)
    held = parsed.problems or parsed.unknown or parsed.errors
    if not (parsed.events or held or len(parsed.notes) > repairs):
        parsed.problems.append("The body holds no changes.")
    return parsed


def _is_sample(change: dict[str, Any], entry: dict[str, Any]) -> bool:
    if text(entry.get("id"), 64) != _SAMPLE_WABA:
        return False
    metadata = mapping(mapping(change.get("value")).get("metadata"))
    return text(metadata.get("phone_number_id"), 64) in {"", _SAMPLE_NUMBER}


def _read_change(change: dict[str, Any], entry: dict[str, Any], parsed: Parsed) -> None:
    value, name = mapping(change.get("value")), text(change.get("field"), 64)
    field = read_fields("meta").get(name)
    if field is not None and field.state is not FieldState.UNDERSTOOD:
        parsed.notes.append(field.note)
        return
    if name == "history" or "history" in value:
        read_history(value, parsed)
        return
    # Official samples misplace `field`, so the keys of the value decide.
    if {"statuses", "messages", "message_echoes", "calls", "errors"} & value.keys():
        _read_messages(value, parsed, echo_detail=BUSINESS_AGENT_DETAIL if name == "standby" else BUSINESS_APP_DETAIL)
        return
    try:
        events = read_management(value, text(entry.get("id"), 64), entry_time(entry))
        if events is None:
            what = f"Field {name!r}" if field is None else f"This form of the field {name!r}"
            parsed.unknown.append(f"{what} is not understood yet.")
        else:
            parsed.events.extend(events)
    except ValueError as error:
        parsed.problems.append(f"The {name} cannot be used: {error}.")


def entry_time(entry: dict[str, Any]) -> datetime | None:
    """The time of the change by Meta: seconds since 1970, as an integer."""
    try:
        return unix_time(entry.get("time"))
    except ValueError:
        return None


def _read_messages(value: dict[str, Any], parsed: Parsed, *, echo_detail: str) -> None:
    number_id = text(mapping(value.get("metadata")).get("phone_number_id"), 64)
    if not number_id:
        parsed.problems.append("metadata.phone_number_id is missing, so the number is unknown.")
        return
    contacts, read_echo = items(value.get("contacts")), partial(_echo_event, detail=echo_detail)
    for status in _parts(value, "statuses", parsed):
        kind = text(status["type"], 24).strip().lower() if "type" in status else ""
        if kind == _PAYMENT:
            parsed.notes.append("The status of a payment is about no message: it is kept and changes nothing.")
        elif is_call(kind, status.get("id")):
            _collect(parsed, "status", status, lambda status=status: call_status_event(status, number_id, contacts))
        else:
            _collect(parsed, "status", status, lambda status=status: _status_event(status, number_id, contacts))
    for message in _parts(value, "messages", parsed):
        _collect(
            parsed, "message", message, lambda message=message: _message(_inbound_event, message, number_id, contacts)
        )
        if "system" in message:
            _collect(parsed, "change", message, lambda message=message: _change(message, number_id))
    for echo in _parts(value, "message_echoes", parsed):
        _collect(parsed, "message", echo, lambda echo=echo: _message(read_echo, echo, number_id, contacts))
    for call in _parts(value, "calls", parsed):
        _collect(parsed, "call", call, lambda call=call: call_event(call, value, contacts, parsed.problems))
    for error in () if "calls" in value else items(value.get("errors")):
        parsed.errors.append(f"Meta reports error {text(error.get('code'), 12)}: {text(error.get('title'), 200)}")


def _parts(value: dict[str, Any], name: str, parsed: Parsed) -> list[dict[str, Any]]:
    """The objects of a list, which has nothing else."""
    if (raw := value.get(name)) is None:
        return []
    parts = items(raw)
    if not isinstance(raw, list) or len(parts) < len(raw):
        parsed.problems.append(f"{name} is not a list of objects.")
    return parts


def _collect(parsed: Parsed, kind: str, part: dict[str, Any], read: Any) -> None:
    try:
        if (event := read()) is not None:
            parsed.events.append(event)
    except ValueError as error:
        parsed.problems.append(f"The {kind} {text(part.get('id'), 80)!r} cannot be used: {error}.")


_ENVELOPE = frozenset(  # the fields around the content
    {"id", "from", "from_user_id", "from_parent_user_id", "to", "to_user_id", "to_parent_user_id", "timestamp"}
)


def _pricing_type(pricing: dict[str, Any]) -> str:
    """Meta's `type`. What is not billable is free, whatever else the object says."""
    kind = text(pricing.get("type"), 32).strip().lower()
    if is_false(pricing.get("billable")) and not kind.startswith("free"):
        return NOT_BILLABLE
    is_by_conversation = text(pricing.get("pricing_model"), 8).strip().upper() == "CBP"
    return PER_CONVERSATION if is_by_conversation and not kind.startswith("free") else kind


def _status_event(status: dict[str, Any], number_id: str, contacts: list[dict[str, Any]]) -> MessageEvent:
    pricing = mapping(status.get("pricing"))
    # The `recipient_id` of a group is the group's, and `contacts` may hold any of its participants.
    participant = status.get("recipient_participant_id")
    participant_id = status.get("recipient_participant_user_id")
    is_group = bool(participant or participant_id) or _is_to_group(status)
    recipient = participant or ("" if is_group else status.get("recipient_id"))
    recipient_id = participant_id or status.get("recipient_user_id")
    parent_id = status.get("parent_recipient_user_id") or status.get("recipient_parent_user_id")
    is_named = bool(recipient or recipient_id) or not is_group
    who = person(recipient, recipient_id, parent_id, contacts if is_named else [])
    word = text(status.get("status"), 24).strip().lower() or "unknown"
    error = next(_errors(status), {})
    return MessageEvent(
        provider_message_id=required_id(status),
        state=_STATES.get(word, word),
        at=unix_time(status.get("timestamp")),
        number_id=number_id,
        msisdn=who.msisdn,
        user_id=who.user_id,
        parent_user_id=who.parent_user_id,
        username=who.username,
        profile_name=who.profile_name,
        group_id=(text(status.get("recipient_id"), 512) or "unknown") if is_group else "",
        category=category_of(pricing.get("category")),
        pricing_type=_pricing_type(pricing),
        template_id=template_id(status["template_id"]) if "template_id" in status else "",
        client_message_id=text(status.get("biz_opaque_callback_data"), 512),
        detail=word if word == "played" else "",
        error_source="meta" if error else "",
        error_code=integer(error.get("code")),
        error_title=error_text(mapping(error.get("error_data")).get("details") or error.get("title")),
    )


def _is_to_group(part: dict[str, Any]) -> bool:
    return "recipient_type" in part and text(part["recipient_type"], 24).strip().lower() == "group"


def _errors(part: dict[str, Any]) -> Iterator[dict[str, Any]]:
    yield from items(part.get("errors"))


def _message(
    read: Callable[..., MessageEvent], message: dict[str, Any], number_id: str, contacts: list[dict[str, Any]]
) -> MessageEvent:
    """The event of a message, or of the one that it edits."""
    return resolve_edit(read(message, number_id, contacts), message)


def _inbound_event(message: dict[str, Any], number_id: str, contacts: list[dict[str, Any]]) -> MessageEvent:
    kind = text(message.get("type"), 24).lower() or "unknown"
    who = person(message.get("from"), message.get("from_user_id"), message.get("from_parent_user_id"), contacts)
    content = {key: value for key, value in message.items() if key not in _ENVELOPE}
    return MessageEvent(
        provider_message_id=required_id(message),
        state="received",
        at=unix_time(message.get("timestamp")),
        direction=Direction.INBOUND,
        number_id=number_id,
        group_id=text(message.get("group_id"), 512),
        content_type=kind,
        content=content | who.names,
        **who._asdict(),
    )


def _change(message: dict[str, Any], number_id: str) -> ContactEvent | None:
    """The change of a person that a system message announces."""
    return announced_change(message, number_id, required_id(message), unix_time(message.get("timestamp")))


def _echo_event(echo: dict[str, Any], number_id: str, contacts: list[dict[str, Any]], *, detail: str) -> MessageEvent:
    """A message that the business sent from the WhatsApp Business app, which Meta does not charge, or that Meta's
    Business Agent sent, which Meta charges by tokens.
    """
    is_free = detail == BUSINESS_APP_DETAIL
    is_group = _is_to_group(echo)
    address = None if is_group else echo.get("to")
    who = person(address, echo.get("to_user_id"), echo.get("to_parent_user_id"), [] if is_group else contacts)
    return MessageEvent(
        provider_message_id=required_id(echo),
        state="sent",
        at=unix_time(echo.get("timestamp")),
        number_id=number_id,
        group_id=text(echo.get("group_id") or (echo.get("to") if is_group else ""), 512),
        **who._asdict(),
        content_type=text(echo.get("type"), 24).lower() or "unknown",
        category=Category.SERVICE if is_free else "",
        pricing_type=BUSINESS_APP if is_free else "",
        detail=detail,
        content={key: value for key, value in echo.items() if key not in _ENVELOPE},
    )
