"""JSON that the database can store: what PostgreSQL or a worker cannot handle is refused with a reason, or repaired.

A request of a client is refused. A webhook is repaired, because its sender would only repeat it.
"""

import json
import math
import re
from typing import Any

import orjson

MAX_DEPTH = 200  # levels of a repaired body; orjson writes 254
_REPLACEMENT = "\ufffd"
_PAIR = r"\\u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2}"
# What is in a string, each escape whole, so that the text "\\u0000" of a person is no NUL. A valid escape stays; a NUL
# or half a surrogate pair, a backslash that begins no escape and a control character do not.
_IN_STRINGS = re.compile(
    rf'{_PAIR}|(?P<unstorable>\\u(?:0000|[dD][89a-fA-F][0-9a-fA-F]{{2}}))|\\(?:["\\/bfnrt]|u[0-9a-fA-F]{{4}})'
    r"|(?P<broken>\\|[\x00-\x1f])"
)
# A string with a backslash or a control character, after those without, which one match passes over.
_DIRTY_STRINGS = re.compile(
    r'(?P<clean>(?:[^"]*+"[^"\\\x00-\x1f]*+")*+[^"]*+)(?P<dirty>"(?:[^"\\]|\\.)*+"?)?', re.DOTALL
)
_TOKENS = re.compile(
    r'"(?:[^"\\]|\\.)*+"?|(?P<open>[\[{])|(?P<close>[\]}])|(?P<number>NaN|-?(?:Infinity|\d[\d.eE+-]*+))', re.DOTALL
)
_WHITE_SPACE = {"\n": r"\n", "\r": r"\r", "\t": r"\t"}  # in a string it must be escaped, and says nothing else
_AROUND = "\ufeff\0 \t\r\n"  # a byte order mark, padding


class Unparsable(ValueError):
    """The body cannot be parsed. The message says why, for the person who looks into the quarantine."""


def load(body: bytes) -> Any:
    """The JSON of a body. Raises Unparsable.

    It is stricter than Python's json, which accepts NaN, lone surrogates, numbers beyond 64 bits and nesting deeper
    than 1,024 levels. Those would break the database or the worker later.
    """
    if b"\\u0000" in body and _has_nul(body):
        raise Unparsable("The body contains a NUL character, which cannot be stored.")
    try:
        data: Any = orjson.loads(body)
    except orjson.JSONDecodeError as error:
        raise Unparsable(f"The body is not JSON: {error}.") from None
    return data


def _has_nul(body: bytes) -> bool:
    text = body.decode("utf-8", "replace")
    return any(match["unstorable"] == r"\u0000" for match in _IN_STRINGS.finditer(text))


def load_object(body: bytes) -> dict[str, Any]:
    """The JSON object of a body. Raises Unparsable."""
    data = load(body)
    if not isinstance(data, dict):
        raise Unparsable(f"The body is a JSON {type(data).__name__}; an object is expected.")
    return data


def load_repaired(body: bytes) -> tuple[dict[str, Any], list[str]]:
    """The JSON object of a body from outside, and notes about what was repaired in it. Raises Unparsable.

    See `repair` for characters. Numbers beyond a float and values nested deeper than `MAX_DEPTH` become null.
    """
    notes = []
    try:
        data = load_object(body)
    except Unparsable:
        body, count = repair(body)
        if count:
            notes.append(f"Characters that no text can hold: {count}. Each is stored as {_REPLACEMENT}.")
        try:
            data = load_object(body)
        except Unparsable:
            return _load_trimmed(body, notes)
    if body.count(b"[") + body.count(b"{") > MAX_DEPTH and _is_too_deep(data):
        return _load_trimmed(body, notes)
    return data, notes


def _is_too_deep(data: dict[str, Any]) -> bool:
    try:
        orjson.dumps(data)  # faster than a walk
    except TypeError:
        return True
    return False


def _load_trimmed(body: bytes, notes: list[str]) -> tuple[dict[str, Any], list[str]]:
    trimmed, numbers, nested = _trim(body.decode("utf-8", "replace"))
    data = load_object(trimmed.encode())
    if numbers:
        notes.append(f"Numbers too large to store: {numbers}. Each is stored as null.")
    if nested:
        notes.append(f"Values nested deeper than {MAX_DEPTH} levels: {nested}. They are not stored.")
    return data, notes


def repair(body: bytes) -> tuple[bytes, int]:
    """The body with U+FFFD for each character that no database text can hold, and the number of these characters.

    They are NULs, halves of surrogate pairs, control characters, backslashes that begin no escape, and bytes that are
    not UTF-8. White space in a string is escaped; a byte order mark and padding go.
    """
    text = body.decode("utf-8", "replace")
    count = text.count(_REPLACEMENT) - body.count(_REPLACEMENT.encode())

    def replace(match: re.Match[str]) -> str:
        nonlocal count
        if match["unstorable"] is None and match["broken"] is None:
            return match[0]
        if match[0] in _WHITE_SPACE:
            return _WHITE_SPACE[match[0]]
        count += 1
        return _REPLACEMENT

    repaired = _DIRTY_STRINGS.sub(
        lambda match: match["clean"] + _IN_STRINGS.sub(replace, match["dirty"] or ""), text.strip(_AROUND)
    )
    return repaired.encode(), count


def _trim(text: str) -> tuple[str, int, int]:
    """The JSON with null for numbers beyond a float and values nested too deeply, and how many there were of each."""
    pieces: list[str] = []
    depth = end = numbers = nested = 0
    for token in _TOKENS.finditer(text):
        if token["open"]:
            depth += 1
            if depth == MAX_DEPTH + 1:
                pieces += text[end : token.start()], "null"
        elif token["close"]:
            depth -= 1
            if depth == MAX_DEPTH:
                nested += 1
                end = token.end()
        elif token["number"] and depth <= MAX_DEPTH and _is_too_large(token[0]):
            pieces += text[end : token.start()], "null"
            numbers += 1
            end = token.end()
    return "".join((*pieces, text[end:])) if depth <= MAX_DEPTH else text, numbers, nested


def _is_too_large(number: str) -> bool:
    try:
        return not math.isfinite(float(number))
    except ValueError:
        return False  # not a number: the parser says where


def dump(value: Any) -> bytes:
    """The JSON of a value that may be from PostgreSQL, whose integers have any size: 1e300 is one there."""
    try:
        return orjson.dumps(value)
    except TypeError:
        return json.dumps(value).encode()
