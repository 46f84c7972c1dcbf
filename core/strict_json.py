"""JSON that a database can keep: what PostgreSQL or a worker could not take is refused with a reason."""

from typing import Any

import orjson


class Unparsable(ValueError):
    """The body cannot be understood at all; the message says why, for the person who looks at the quarantine."""


def load(body: bytes) -> Any:
    """The JSON a body holds. Raises Unparsable.

    Stricter than Python's json, and on purpose: NaN, lone surrogates, numbers beyond 64 bits and a nesting deeper than
    1,024 parse there and then break the database or the worker.
    """
    if b"\\u0000" in body:
        raise Unparsable("The body contains a NUL character, which cannot be stored.")
    try:
        data: Any = orjson.loads(body)
    except orjson.JSONDecodeError as error:
        raise Unparsable(f"The body is not JSON: {error}.") from None
    return data


def load_object(body: bytes) -> dict[str, Any]:
    """The JSON object a webhook body holds. Raises Unparsable."""
    data = load(body)
    if not isinstance(data, dict):
        raise Unparsable(f"The body is a JSON {type(data).__name__}; an object is expected.")
    return data
