"""The JSON parsers of REST requests: only what the database can store, and not nested too deeply."""

import json
import re
from collections.abc import Mapping
from typing import IO, Any

from rest_framework.exceptions import ParseError
from rest_framework.parsers import JSONParser

from core.strict_json import Unparsable, load, load_object

MAX_DEPTH = 32
# PostgreSQL returns such a number as an integer that does not fit into our JSON.
_LARGEST = 2.0**63
# Without a match no number is that large, and the search is skipped.
_LARGE = re.compile(rb"[0-9]{19}|[0-9][eE]\+?[0-9]")


class StrictJSONParser(JSONParser):
    """A JSON object without NUL characters, lone surrogates, NaN, repeated names and numbers beyond 64 bits, at most 32
    levels deep.
    """

    def parse(
        self, stream: IO[Any], media_type: str | None = None, parser_context: Mapping[str, Any] | None = None
    ) -> Any:
        """The object. Raises ParseError saying what is wrong."""
        body = stream.read()
        try:
            data = self.read(body)
        except Unparsable as error:
            raise ParseError(str(error)) from None
        if _depth(data) > MAX_DEPTH:
            raise ParseError(f"The body is nested deeper than {MAX_DEPTH} levels.")
        json.loads(body, object_pairs_hook=_reject_repeated_names)
        if _LARGE.search(body) and (path := _find_large_number(data, "")) is not None:
            raise ParseError(f"'{path.lstrip('.')}' is a number beyond 64 bits: use a smaller number or a string.")
        return data

    def read(self, body: bytes) -> Any:
        """The JSON of the body. Raises Unparsable."""
        return load_object(body)


class StrictJSONArrayParser(StrictJSONParser):
    """As `StrictJSONParser`, but for arrays too; the view checks which one the body is."""

    def read(self, body: bytes) -> Any:
        """Any JSON. Raises Unparsable."""
        return load(body)


def _reject_repeated_names(pairs: list[tuple[str, Any]]) -> None:
    """Parsers silently take the last value of a repeated name, which may delete or send something else."""
    names = [name for name, _ in pairs]
    if len(set(names)) < len(names):
        repeated = next(name for name in names if names.count(name) > 1)
        raise ParseError(f"'{repeated}' is repeated in one object: provide it only once.")


def _find_large_number(data: Any, path: str) -> str | None:
    """The path of a number beyond 64 bits, if there is one."""
    if isinstance(data, dict):
        inner = ((f"{path}.{name}", part) for name, part in data.items())
    elif isinstance(data, list):
        inner = ((f"{path}[{index}]", part) for index, part in enumerate(data))
    else:
        return path if isinstance(data, float) and abs(data) >= _LARGEST else None
    paths = (_find_large_number(part, inner_path) for inner_path, part in inner)
    return next((large for large in paths if large is not None), None)


def _depth(data: Any) -> int:
    """How deep the data is nested, counted without recursion up to `MAX_DEPTH` + 1."""
    level, depth = [data], 0
    while level and depth <= MAX_DEPTH:
        depth += 1
        nested = []
        for part in level:
            inner = part.values() if isinstance(part, dict) else part if isinstance(part, list) else ()
            nested += [each for each in inner if isinstance(each, dict | list)]
        level = nested
    return depth
