"""Reads untrusted JSON: each function accepts any value and returns one type, or raises ValueError."""

import re
from datetime import UTC, datetime
from typing import Any

from core.masking import hide_numbers

EARLIEST = datetime(2020, 1, 1, tzinfo=UTC)
LATEST = datetime(2100, 1, 1, tzinfo=UTC)
# A business-scoped user id or its parent id: US.13491208655302741918, US.ENT.11815799212886844830.
_USER_ID = re.compile(r"([A-Za-z]{2}\.(?:(?:ENT|ent)\.)?)([A-Za-z0-9]{1,128})")
MAX_USER_ID = 140
_USERNAME = re.compile(r"@?([\w.]{1,64})")


def mapping(value: Any) -> dict[str, Any]:
    """The value if it is an object, else an empty one."""
    return value if isinstance(value, dict) else {}


def items(value: Any) -> list[dict[str, Any]]:
    """The objects in a list, without its other entries; empty if the value is no list."""
    return [item for item in value if isinstance(item, dict)] if isinstance(value, list) else []


def text(value: Any, limit: int) -> str:
    """A string of at most `limit` characters. Numbers become text; anything else becomes empty."""
    if isinstance(value, str):
        return value[:limit]
    return str(value)[:limit] if isinstance(value, int | float) and not isinstance(value, bool) else ""


def integer(value: Any, limit: int = 2**31) -> int | None:
    """An integer smaller than `limit` (the database's largest), from a number or digits; else None."""
    try:
        value = int(value) if isinstance(value, float) and value.is_integer() else value
        number = int(value) if isinstance(value, int | str) and not isinstance(value, bool) else None
    except ValueError:
        return None
    return number if number is not None and abs(number) < limit else None


def digits(value: Any) -> str:
    """The digits of a phone number (MSISDN); empty for anything else."""
    number = text(value, 32).lstrip("+").replace(" ", "").replace("-", "")
    return number if number.isascii() and number.isdigit() and 5 <= len(number) <= 20 else ""


def user_id(value: Any) -> str:
    """A business-scoped user id in a field that can also hold a number; empty for anything else.

    Its country is in capital letters, however it was written.
    """
    if not value:  # most messages have none
        return ""
    match = _USER_ID.fullmatch(text(value, MAX_USER_ID + 1).strip())
    return f"{match[1].upper()}{match[2]}" if match else ""


def is_user_id(value: Any) -> bool:
    """Whether a value is a user id or parent id as providers write it, without spaces around it."""
    return isinstance(value, str) and value != "" and user_id(value) == value


def is_parent_id(name: str) -> bool:
    """Whether a user id is a parent id, which is the same in all portfolios of an enterprise."""
    return name[2:7] == ".ENT."


def username(value: Any) -> str:
    """A username without its @; empty for anything else."""
    match = _USERNAME.fullmatch(text(value, 65).strip())
    return match[1] if match else ""


def template_id(value: Any) -> str:
    """The provider's id of a template; empty for 0, which samples and unknown ones have."""
    name = text(value, 64).strip()
    return "" if name == "0" else name


def template_name(value: Any) -> str:
    """The name of a template. Raises ValueError without one."""
    name = text(value, 512).strip()
    if not name:
        raise ValueError("the template has no name")
    return name


def is_false(value: Any) -> bool:
    """Whether a value says no: false, 0, or the word."""
    if value is True or value is None:
        return False
    return value is False or text(value, 8).strip().lower() in {"0", "0.0", "false", "no"}


def required_id(part: dict[str, Any]) -> str:
    """The `id` of a part of a body. Raises ValueError without one."""
    name = text(part.get("id"), 512)
    if not name:
        raise ValueError("its id is missing")
    return name


def unix_time(value: Any) -> datetime:
    """Seconds since 1970, which Meta sends as a string. Raises ValueError unless the time is plausible."""
    seconds = integer(value, 2**40)
    if seconds is None:
        raise ValueError(f"timestamp {text(value, 40)!r} is not in seconds since 1970")
    return _plausible(datetime.fromtimestamp(seconds, UTC), value)


def unix_time_or(value: Any, default: datetime | None) -> datetime | None:
    """As `unix_time`; the default for a time that is missing or not plausible."""
    try:
        return unix_time(value) if value is not None else default
    except ValueError:
        return default


def iso_time(value: Any) -> datetime:
    """ISO 8601 as 8x8 writes it (2026-07-03T03:40:54.16Z, two to seven decimals); no zone means UTC."""
    try:
        moment = datetime.fromisoformat(text(value, 40))
        moment = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
        return _plausible(moment.astimezone(UTC), value)
    except (ValueError, OverflowError):
        raise ValueError(f"timestamp {text(value, 40)!r} is not an ISO 8601 time between 2020 and 2100") from None


def error_text(value: Any) -> str:
    """A provider's text about an error, without numbers and ids of persons: the message itself has them."""
    return hide_numbers(text(value, 255))


def _plausible(moment: datetime, raw: Any) -> datetime:
    if not EARLIEST <= moment < LATEST:
        raise ValueError(f"timestamp {text(raw, 40)!r} is not between 2020 and 2100")
    return moment


def category_of(value: Any) -> str:
    """A pricing category in our spelling: lower case and underscores, but `authentication-international`.

    Meta's webhooks use that hyphen; its SDK types and 8x8 use an underscore.
    """
    category = text(value, 32).strip().lower().replace("-", "_").replace(" ", "_")
    return "authentication-international" if category == "authentication_international" else category
