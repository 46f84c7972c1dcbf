"""Bodies of REST requests: JSON that a database can keep, of a depth that it should."""

import re
from collections.abc import Mapping
from typing import IO, Any

from rest_framework.exceptions import ParseError
from rest_framework.parsers import JSONParser

from core.strict_json import Unparsable, load, load_object

DEEPEST = 32
# PostgreSQL gives such a number back as an integer that no JSON of ours can hold.
_LARGEST = 2.0**63
_LARGE = re.compile(rb"[0-9]{19}|[0-9][eE]\+?[0-9]")  # without it there is none, and nothing to look through


class StrictJSONParser(JSONParser):
    """A JSON object without NUL characters, lone surrogates, NaN and numbers beyond 64 bits, at most 32 levels deep."""

    def parse(
        self, stream: IO[Any], media_type: str | None = None, parser_context: Mapping[str, Any] | None = None
    ) -> Any:
        """The object. Raises ParseError, which says what is wrong."""
        body = stream.read()
        try:
            data = self.read(body)
        except Unparsable as error:
            raise ParseError(str(error)) from None
        if _depth(data) > DEEPEST:
            raise ParseError(f"The body is nested deeper than {DEEPEST} levels.")
        if _LARGE.search(body) and (place := _too_large(data, "")) is not None:
            raise ParseError(f"'{place.lstrip('.')}' is a number beyond 64 bits: use a smaller number or a string.")
        return data

    def read(self, body: bytes) -> Any:
        """The JSON of the body. Raises Unparsable."""
        return load_object(body)


class StrictJSONArrayParser(StrictJSONParser):
    """The same for bodies that are arrays; whether one is, the view's own check says."""

    def read(self, body: bytes) -> Any:
        """Any JSON. Raises Unparsable."""
        return load(body)


def _too_large(data: Any, place: str) -> str | None:
    """Where a number beyond 64 bits stands, if one does."""
    if isinstance(data, dict):
        inner = ((f"{place}.{name}", part) for name, part in data.items())
    elif isinstance(data, list):
        inner = ((f"{place}[{at}]", part) for at, part in enumerate(data))
    else:
        return place if isinstance(data, float) and abs(data) >= _LARGEST else None
    return next((found for name, part in inner if (found := _too_large(part, name)) is not None), None)


def _depth(data: Any) -> int:
    """How deep it is nested, counted no further than `DEEPEST` and one; without recursion."""
    level, depth = [data], 0
    while level and depth <= DEEPEST:
        depth += 1
        nested = []
        for part in level:
            inner = part.values() if isinstance(part, dict) else part if isinstance(part, list) else ()
            nested += [each for each in inner if isinstance(each, dict | list)]
        level = nested
    return depth
