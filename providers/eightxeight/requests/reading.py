"""Reads a body in 8x8's form: each function returns a value of its type, or raises `Refusal` with 8x8's code."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

from core.errors import UserError

SOURCE = "8x8-sync"  # of these codes, in the catalogue
INVALID, OUT_OF_RANGE = 1000, 1010
STATUSES = {1001: 400, 1200: 401, 1201: 403, 1300: 404, 2000: 500, 7001: 413}  # every other code of a request: 400
_LONGEST_URL = 2048
FUTURE = timedelta(days=365)


class Refusal(UserError):
    """The request is refused with this code of 8x8's; the message names the field and the remedy."""

    def __init__(self, code: int, message: str, *, field: str = "") -> None:
        super().__init__(message, field=field)
        self.code, self.status = code, STATUSES.get(code, 400)


def mapping(value: Any, field: str, missing: int = INVALID, wrong: int = INVALID) -> Mapping[str, Any]:
    """Return a required object."""
    if value is None:
        raise Refusal(missing, f"'{field}' is required: give an object.", field=field)
    if not isinstance(value, dict):
        raise Refusal(wrong, f"'{field}' must be an object.", field=field)
    return value


def items(value: Any, field: str, code: int = INVALID) -> list[Any]:
    """Return a list; empty without one."""
    if value is None:
        return []
    if not isinstance(value, list):
        raise Refusal(code, f"'{field}' must be an array.", field=field)
    return value


def text(
    value: Any, field: str, limit: int, *, missing: int = INVALID, long: int = OUT_OF_RANGE, wrong: int | None = None
) -> str:
    """Return a required text of 1 to `limit` characters."""
    if value is None or value == "":
        raise Refusal(missing, f"'{field}' is required: give a string.", field=field)
    if not isinstance(value, str):
        raise Refusal(missing if wrong is None else wrong, f"'{field}' must be a string.", field=field)
    if len(value) > limit:
        raise Refusal(long, f"'{field}' is {len(value)} characters long; at most {limit} are allowed.", field=field)
    return value


def optional(value: Any, field: str, limit: int, *, long: int = OUT_OF_RANGE, wrong: int = INVALID) -> str:
    """Return a text of at most `limit` characters; empty without one."""
    return "" if value is None or value == "" else text(value, field, limit, long=long, wrong=wrong)


def url(value: Any, field: str, *, missing: int, wrong: int) -> str:
    """Return a required http or https address."""
    address = text(value, field, _LONGEST_URL, missing=missing, long=wrong, wrong=wrong)
    try:
        parts = urlsplit(address)
        is_valid = parts.scheme in {"http", "https"} and bool(parts.hostname) and not any(map(str.isspace, address))
    except ValueError:
        is_valid = False
    if not is_valid:
        raise Refusal(wrong, f"'{field}' must be an address that begins with https:// or http://.", field=field)
    return address


def integer(value: Any, field: str, low: int, high: int, *, wrong: int, default: int | None = None) -> int:
    """Return a whole number between two bounds; a string of digits is one."""
    if value is None and default is not None:
        return default
    number = (
        int(value) if isinstance(value, str) and value.isdecimal() and value.isascii() and len(value) < 12 else value
    )
    if not isinstance(number, int) or isinstance(number, bool) or not low <= number <= high:
        raise Refusal(wrong, f"'{field}' must be a whole number from {low} to {high}.", field=field)
    return number


def number(value: Any, field: str, bound: float, *, wrong: int) -> float:
    """Return a number between plus and minus `bound`."""
    if not isinstance(value, int | float) or isinstance(value, bool) or not -bound <= value <= bound:
        raise Refusal(wrong, f"'{field}' must be a number from {-bound:g} to {bound:g}.", field=field)
    return value


def moment(value: Any, field: str, *, wrong: int) -> datetime | None:
    """Return an ISO 8601 time, in UTC unless it has a zone; None without one."""
    if value is None:
        return None
    try:
        time = datetime.fromisoformat(value) if isinstance(value, str) and len(value) <= 40 else None
        time = time.replace(tzinfo=UTC) if time and time.tzinfo is None else time
        time = time.astimezone(UTC) if time else None
    except (ValueError, OverflowError):
        time = None
    if time is None:
        raise Refusal(wrong, f"'{field}' must be an ISO 8601 time, as 2026-12-24T18:00:00Z.", field=field)
    if time > datetime.now(UTC) + FUTURE:
        raise Refusal(wrong, f"'{field}' is more than a year ahead: give an earlier time.", field=field)
    return time


def one_of(value: Any, field: str, allowed: Mapping[str, str] | tuple[str, ...], *, wrong: int) -> str:
    """Return an allowed value in its own spelling, or the value it maps to; case-insensitive."""
    words = allowed if isinstance(allowed, Mapping) else {word.lower(): word for word in allowed}
    word = words.get(value.lower()) if isinstance(value, str) else None
    if word is None:
        choices = ", ".join(dict.fromkeys(allowed))
        raise Refusal(wrong, f"'{field}' must be one of: {choices}.", field=field)
    return word
