"""Request bodies for the gateway: JSON that a database can keep, of a depth that it should."""

from collections.abc import Mapping
from typing import IO, Any

from rest_framework.exceptions import ParseError
from rest_framework.parsers import JSONParser

from messaging.events import Unparsable
from messaging.providers.reading import load, load_object

DEEPEST = 32


class StrictJSONParser(JSONParser):
    """A JSON object without NUL characters, lone surrogates and NaN, at most 32 levels deep."""

    def parse(
        self, stream: IO[Any], media_type: str | None = None, parser_context: Mapping[str, Any] | None = None
    ) -> Any:
        """The object. Raises ParseError, which says what is wrong."""
        try:
            data = self.read(stream.read())
        except Unparsable as error:
            raise ParseError(str(error)) from None
        if _depth(data) > DEEPEST:
            raise ParseError(f"The body is nested deeper than {DEEPEST} levels.")
        return data

    def read(self, body: bytes) -> Any:
        """The JSON of the body. Raises Unparsable."""
        return load_object(body)


class StrictJSONArrayParser(StrictJSONParser):
    """The same for bodies that are arrays; whether one is, the view's own check says."""

    def read(self, body: bytes) -> Any:
        """Any JSON. Raises Unparsable."""
        return load(body)


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
