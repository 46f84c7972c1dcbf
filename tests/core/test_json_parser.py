"""The JSON parser of REST requests."""

from io import BytesIO

import pytest
from rest_framework.exceptions import ParseError

from core.json_parser import StrictJSONArrayParser, StrictJSONParser


@pytest.mark.parametrize(
    ("body", "name"),
    [
        (b'{"to": "1", "to": "2"}', "to"),
        (b'{"filter": {"country": "SG", "country": "IN"}}', "country"),
        (b'[{"url": "a"}, {"type": "MSG", "type": "CADR"}]', "type"),
    ],
)
def test_a_repeated_name_is_refused_at_any_depth(body, name):
    with pytest.raises(ParseError, match=f"'{name}' is repeated in one object: provide it only once."):
        StrictJSONArrayParser().parse(BytesIO(body))


def test_one_name_in_two_objects_is_no_repetition():
    assert StrictJSONParser().parse(BytesIO(b'{"a": {"x": 1}, "b": {"x": 1}}')) == {"a": {"x": 1}, "b": {"x": 1}}
