"""A stored webhook as a role may see it: phone numbers, names and texts are masked without the permissions for them.

A body can have any shape, so only what is known to be harmless is visible: words in fields that name a kind or state,
times, small numbers. Everything else is a person's number or a text.
"""

import base64
import json
import re
from dataclasses import dataclass
from typing import Any

from accounts.enums import Permission
from accounts.principal import Principal
from core.masking import MESSAGE_ID, hide_numbers
from core.numbers import DOTS, mask_number
from core.strict_json import Unparsable, load_repaired
from messaging.inbound.enums import ReasonKind
from providers.reading import digits, user_id

HIDDEN = DOTS
SHOWN_BYTES = 256 * 1024
# Fields whose values say what a part is. Their values are shown if they are words, codes or times.
_OPEN_FIELDS = frozenset({
    "object", "field", "type", "status", "state", "detail", "event", "eventtype", "namespace", "channel", "version",
    "messaging_product", "messagingproduct", "category", "pricing_model", "pricing_type", "language", "code", "reason",
    "recipient_type", "origin", "timestamp", "time", "createdat", "updatedat", "expiration_timestamp", "mime_type",
    "contenttype", "direction", "event_type", "decision", "currency", "format", "quality", "limit", "country",
})  # fmt: skip
# Fields that can identify a person in a form that is no phone number, such as an id that holds one in Base64.
_PERSON_FIELDS = frozenset({"id", "message_id", "username", "name", "formatted_name", "first_name", "last_name"})
_QUOTED = re.compile(r"'([^']*)'")
_WORD = re.compile(r"[A-Za-z][A-Za-z_./-]{0,63}")
_TIME = re.compile(r"1[5-9]\d{8}(?:\d{3})?|\d{4}-\d\d-\d\d[T ][\d:.,]{5,}(?:Z|[+-]\d\d:?\d\d)?")
_FIELD_NAME = re.compile(r"[A-Za-z_][A-Za-z_.-]{0,63}")
_SMALL = 100_000  # fewer digits than a phone number


@dataclass(frozen=True, slots=True)
class Sight:
    """What a role may see of people: their numbers, and what they write."""

    numbers: bool
    content: bool

    @classmethod
    def of(cls, by: Principal) -> "Sight":
        """What the principal may see."""
        return cls(by.may(Permission.VIEW_NUMBERS), by.may(Permission.VIEW_CONTENT))

    @property
    def is_complete(self) -> bool:
        """Whether nothing is masked."""
        return self.numbers and self.content


@dataclass(frozen=True, slots=True)
class VisibleBody:
    """A body for display. `text` is None if it cannot be masked; `encoding` is text or base64; `more` is cut off."""

    text: str | None
    encoding: str = "text"
    is_masked: bool = False
    more: int = 0


def visible_body(body: bytes, sight: Sight) -> VisibleBody:
    """The body as received, or with masks; a masked one is reformatted JSON."""
    if sight.is_complete:
        return VisibleBody(body.decode()) if _is_text(body) else VisibleBody(base64.b64encode(body).decode(), "base64")
    try:
        document = load_repaired(body)[0]
    except Unparsable:
        return VisibleBody(None, is_masked=True)
    return VisibleBody(_write(_mask(document, "", sight)), is_masked=True)


def displayed_body(body: bytes, sight: Sight) -> VisibleBody:
    """The body for a page: indented if it is JSON, and cut after `SHOWN_BYTES` characters."""
    shown = visible_body(body, sight)
    text = shown.text
    if text is not None and not shown.is_masked:
        text = _indented(body)
    if text is None or len(text) <= SHOWN_BYTES:
        return VisibleBody(text, is_masked=shown.is_masked)
    return VisibleBody(text[:SHOWN_BYTES], is_masked=shown.is_masked, more=len(text) - SHOWN_BYTES)


def visible_reason(kind: str, text: str, sight: Sight) -> str:
    """One reason. Those of unusable parts can quote the body."""
    if sight.is_complete or kind in {ReasonKind.UNREGISTERED, ReasonKind.AMBIGUOUS, ReasonKind.NOTE}:
        return text
    if kind == ReasonKind.FAILED:  # an error of the database quotes the row
        return f"{text.partition(':')[0]}: {HIDDEN}" if ":" in text else text
    if not sight.content:
        text = _QUOTED.sub(lambda quoted: f"'{_mask_text(quoted[1], 'reason', sight)}'", text)
    return text if sight.numbers else hide_numbers(text)


def _is_text(raw: bytes) -> bool:
    try:
        return "\0" not in raw.decode()
    except UnicodeDecodeError:
        return False


def _indented(body: bytes) -> str:
    try:
        return _write(json.loads(body))
    except (ValueError, RecursionError):
        return body.decode(errors="backslashreplace")


def _write(document: Any) -> str:
    return json.dumps(document, indent=2, ensure_ascii=False)


def _mask(part: Any, field: str, sight: Sight) -> Any:
    if isinstance(part, dict):
        return {_mask_name(name, sight): _mask(value, name, sight) for name, value in part.items()}
    if isinstance(part, list):
        return [_mask(value, field, sight) for value in part]
    if part is None or isinstance(part, bool):
        return part
    if isinstance(part, int | float):
        is_open = abs(part) < _SMALL or _is_open(field, str(part))
        return part if is_open or sight.numbers else HIDDEN
    return _mask_text(part, field, sight)


def _mask_name(name: str, sight: Sight) -> str:
    """The name of a field, unless it can be a number or a text."""
    if _FIELD_NAME.fullmatch(name) or (name.isascii() and name.isdigit() and len(name) < 6):
        return name
    return _mask_text(name, "", sight)


def _mask_text(value: str, field: str, sight: Sight) -> str:
    if not value or _is_open(field, value):
        return value
    if sight.numbers and _is_identifier(value):
        return value
    if number := digits(value):
        return mask_number(number)
    if sight.content and field.lower() not in _PERSON_FIELDS:
        return hide_numbers(value)
    return HIDDEN


def _is_open(field: str, value: str) -> bool:
    if field.lower() not in _OPEN_FIELDS:
        return False
    is_code = value.isascii() and value.isdigit() and len(value) < 6
    return bool(_WORD.fullmatch(value) or _TIME.fullmatch(value) or is_code)


def _is_identifier(value: str) -> bool:
    """Whether a value is a number or id without any text."""
    return bool(digits(value) or user_id(value) or MESSAGE_ID.fullmatch(value) or _is_uuid(value))


def _is_uuid(value: str) -> bool:
    return bool(re.fullmatch(r"[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}", value))
