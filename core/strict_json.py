"""JSON that the database can store: what PostgreSQL or a worker cannot handle is refused with a reason, or replaced.

A request of a client is refused. A webhook is repaired, because its sender would only repeat it.
"""

import re
from typing import Any

import orjson

# Escapes, each matched whole, so that the text "\\u0000" of a person is no NUL: a surrogate pair, a NUL or half a pair,
# any other.
_ESCAPES = re.compile(
    rb"\\u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2}"
    rb"|(?P<unstorable>\\u(?:0000|[dD][89a-fA-F][0-9a-fA-F]{2}))|\\.",
    re.DOTALL,
)
_CONTROLS = re.compile(rb"[\x00-\x08\x0b\x0c\x0e-\x1f]")  # invalid anywhere in JSON
_REPLACEMENT, _ESCAPED_REPLACEMENT = "\ufffd", rb"\ufffd"


class Unparsable(ValueError):
    """The body cannot be parsed. The message says why, for the person who looks into the quarantine."""


def load(body: bytes) -> Any:
    """The JSON of a body. Raises Unparsable.

    It is stricter than Python's json, which accepts NaN, lone surrogates, numbers beyond 64 bits and nesting deeper
    than 1,024 levels. Those would break the database or the worker later.
    """
    if b"\\u0000" in body and any(match["unstorable"] == b"\\u0000" for match in _ESCAPES.finditer(body)):
        raise Unparsable("The body contains a NUL character, which cannot be stored.")
    try:
        data: Any = orjson.loads(body)
    except orjson.JSONDecodeError as error:
        raise Unparsable(f"The body is not JSON: {error}.") from None
    return data


def load_object(body: bytes) -> dict[str, Any]:
    """The JSON object of a body. Raises Unparsable."""
    data = load(body)
    if not isinstance(data, dict):
        raise Unparsable(f"The body is a JSON {type(data).__name__}; an object is expected.")
    return data


def load_repaired(body: bytes) -> tuple[dict[str, Any], int]:
    """The JSON object of a webhook, and the number of characters that `repair` replaced. Raises Unparsable."""
    try:
        return load_object(body), 0
    except Unparsable:
        repaired, count = repair(body)
        if not count:
            raise
        return load_object(repaired), count


def repair(body: bytes) -> tuple[bytes, int]:
    """The body with U+FFFD for each character that no database text can hold, and the number of these characters.

    They are NULs, halves of surrogate pairs, control characters and bytes that are not UTF-8.
    """
    count = 0

    def replace(match: re.Match[bytes]) -> bytes:
        nonlocal count
        if match["unstorable"] is None:
            return match[0]
        count += 1
        return _ESCAPED_REPLACEMENT

    decoded = body.decode("utf-8", "replace")
    count += decoded.count(_REPLACEMENT) - body.count(_REPLACEMENT.encode())
    repaired, controls = _CONTROLS.subn(_REPLACEMENT.encode(), decoded.encode() if count else body)
    repaired = _ESCAPES.sub(replace, repaired)
    return (repaired, count + controls) if count + controls else (body, 0)
