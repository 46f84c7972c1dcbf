"""JSON that the database can store: anything PostgreSQL or a worker cannot handle is refused with a reason."""

from typing import Any

import orjson


class Unparsable(ValueError):
    """The body cannot be parsed. The message says why, for the person who looks into the quarantine."""


def load(body: bytes) -> Any:
    """The JSON of a body. Raises Unparsable.

    It is stricter than Python's json, which accepts NaN, lone surrogates, numbers beyond 64 bits and nesting deeper
    than 1,024 levels. Those would break the database or the worker later.
    """
    if b"\\u0000" in body:
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
