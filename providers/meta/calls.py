"""Calls in Meta's webhooks (Calling API reference of 2025-11-25) to events.

A call has `connect` and `terminate` events; one that the business initiates also has the statuses RINGING, ACCEPTED and
REJECTED. Start, end and duration are only those of a call that somebody picked up.
"""

from datetime import datetime
from math import ceil
from typing import Any

from providers.events import CallEvent
from providers.meta.people import person
from providers.reading import digits, error_text, integer, items, mapping, required_id, text, unix_time
from providers.vocabulary import Direction

_DIRECTIONS = {"user_initiated": Direction.INBOUND, "business_initiated": Direction.OUTBOUND}
_STATES = {"connect": "connecting", "completed": "completed", "failed": "failed", "rejected": "rejected"}
_LONGEST = 366 * 24 * 3_600  # seconds


def is_call(kind: str, status_id: Any) -> bool:
    """Whether a status is about a call, by its type in lower case, else by its id."""
    return kind == "call" or (not kind and isinstance(status_id, str) and status_id.startswith("wacid."))


def call_event(
    call: dict[str, Any], value: dict[str, Any], contacts: list[dict[str, Any]], problems: list[str]
) -> CallEvent:
    """The event of an entry of `calls` in a change's value; adds what is invalid in it to the problems.

    The errors of the value are the call's. Raises ValueError without an id or any time.
    """
    metadata = mapping(value.get("metadata"))
    event = _read(call, problems)
    event.number_id = text(metadata.get("phone_number_id"), 64)
    event.direction = _DIRECTIONS.get(text(call.get("direction"), 32).strip().lower()) or _direction(
        call, digits(metadata.get("display_phone_number"))
    )
    side = "to" if event.direction is Direction.OUTBOUND else "from"
    who = person(call.get(side), call.get(f"{side}_user_id"), call.get(f"{side}_parent_user_id"), contacts)
    event.msisdn, event.user_id = who.msisdn, who.user_id
    return _with_error(event, items(call.get("errors")) or items(value.get("errors")))


def _direction(call: dict[str, Any], business_number: str) -> Direction | None:
    for side, direction in (("from", Direction.OUTBOUND), ("to", Direction.INBOUND)):
        if business_number and digits(call.get(side)) == business_number:
            return direction
    for side, direction in (("to", Direction.OUTBOUND), ("from", Direction.INBOUND)):
        if call.get(f"{side}_user_id"):
            return direction
    return None


def _read(call: dict[str, Any], problems: list[str]) -> CallEvent:
    """State and times of a call."""
    call_id = required_id(call)
    event, word = text(call.get("event"), 24).strip().lower(), text(call.get("status"), 24).strip().lower()
    invalid: list[str] = []
    started_at, ended_at = (_time(call, name, invalid) for name in ("start_time", "end_time"))
    seconds = _seconds(call, started_at, ended_at, invalid)
    problems += [f"The call {call_id[:80]!r}: {problem}." for problem in invalid]
    at = unix_time(call.get("timestamp")) if call.get("timestamp") is not None else ended_at or started_at
    if at is None:
        raise ValueError("its timestamp is missing")
    ended = event == "terminate"
    return CallEvent(
        call_id,
        _STATES.get(word, "ended") if ended else _STATES.get(event, event or "unknown"),
        at,
        started_at=started_at,
        ended_at=ended_at or (at if ended else None),
        seconds=seconds,
        client_call_id=text(call.get("biz_opaque_callback_data"), 512),
    )


def call_status_event(status: dict[str, Any], number_id: str, contacts: list[dict[str, Any]]) -> CallEvent:
    """The event of a status of a call: only those that the business initiates have some.

    Raises ValueError without an id or a time.
    """
    who = person(
        status.get("recipient_id"), status.get("recipient_user_id"), status.get("parent_recipient_user_id"), contacts
    )
    event = CallEvent(
        required_id(status), text(status.get("status"), 24).strip().lower() or "unknown",
        unix_time(status.get("timestamp")), Direction.OUTBOUND, number_id, msisdn=who.msisdn, user_id=who.user_id,
        client_call_id=text(status.get("biz_opaque_callback_data"), 512),
    )  # fmt: skip
    return _with_error(event, items(status.get("errors")))


def _with_error(event: CallEvent, errors: list[dict[str, Any]]) -> CallEvent:
    if error := next(iter(errors), None):
        event.error_source, event.error_code = "meta", integer(error.get("code"))
        event.error_title = error_text(mapping(error.get("error_data")).get("details") or error.get("title"))
    return event


def _time(call: dict[str, Any], name: str, problems: list[str]) -> datetime | None:
    if call.get(name) in (None, "", 0, "0"):
        return None
    try:
        return unix_time(call.get(name))
    except ValueError as error:
        problems.append(f"its {name} is left out, because {error}")
        return None


def _seconds(
    call: dict[str, Any], started_at: datetime | None, ended_at: datetime | None, problems: list[str]
) -> int | None:
    """The duration in whole seconds, begun ones included; that between start and end if it is not named."""
    if call.get("duration") in (None, ""):
        if not (started_at and ended_at):
            return None
        if ended_at < started_at:
            problems.append("it has no duration, because it ends before it starts")
            return None
        return int((ended_at - started_at).total_seconds())
    seconds = _number(call["duration"])
    if not 0 <= seconds <= _LONGEST:
        problems.append(f"its duration {text(call['duration'], 40)!r} is left out, because it is no number of seconds")
        return None
    return ceil(seconds)


def _number(value: Any) -> float:
    """A number, or digits; -1 for anything else."""
    try:
        return float(value) if isinstance(value, str | int | float) and not isinstance(value, bool) else -1
    except (ValueError, OverflowError):
        return -1
