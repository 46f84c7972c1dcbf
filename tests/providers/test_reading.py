import json
from datetime import UTC, datetime

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from core.strict_json import Unparsable
from providers import reading
from providers.registry import VENDORS, parse

CORPUS = {
    "empty": b"",
    "null": b"null",
    "array": b"[]",
    "string": b'"text"',
    "number": b"7",
    "not UTF-8": b'{"a": "\xff"}',
    "byte order mark": b"\xef\xbb\xbf{}",
    "UTF-16": '{"a": 1}'.encode("utf-16"),
    "NUL byte": b'{"a": "\x00"}',
    "lone surrogate": b'{"a": "\\ud800"}',
    "NaN": b'{"a": NaN}',
    "Infinity": b'{"a": Infinity}',
    "1e400": b'{"a": 1e400}',
    "5,000 digits": b'{"a": ' + b"9" * 5_000 + b"}",
    "depth 100,000": b"[" * 100_000 + b"]" * 100_000,
    "deep object": b'{"a":' * 5_000 + b"1" + b"}" * 5_000,
    "cut off": b'{"entry": [',
    "3 MB": b'{"a": "' + b"x" * 3_000_000,
}


@pytest.mark.parametrize("provider", VENDORS)
@pytest.mark.parametrize("body", CORPUS.values(), ids=CORPUS.keys())
def test_a_body_nobody_can_read_is_refused_with_a_reason(provider, body):
    with pytest.raises(Unparsable):
        parse(provider, body)


def test_an_unknown_provider_is_not_understood():
    with pytest.raises(Unparsable, match="There is no parser for webhooks of nobody"):
        parse("nobody", b"{}")


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(
        st.sampled_from(["entry", "changes", "value", "statuses", "messages", "metadata", "phone_number_id", "id",
                         "status", "timestamp", "pricing", "errors", "contacts", "eventType", "payload", "umid",
                         "user", "whatsapp", "outboundContent", "content", "recipient", "type", "field", "wa_id",
                         "user_id", "from", "from_user_id", "message_echoes", "billable", "channel", "namespace"]),
        inner, max_size=4),
    max_leaves=12,
)  # fmt: skip


@pytest.mark.parametrize("provider", VENDORS)
@settings(suppress_health_check=[HealthCheck.too_slow], deadline=None)
@given(value=st.dictionaries(st.sampled_from(["entry", "eventType", "payload"]), json_values))
def test_no_shape_of_json_breaks_a_parser(provider, value):
    try:
        parsed = parse(provider, json.dumps(value).encode())
    except Unparsable:
        return
    assert parsed.events or parsed.problems or parsed.unknown or parsed.errors or parsed.notes


@pytest.mark.parametrize(
    ("value", "expected"),
    [("+65 9123-4567", "6591234567"), (6591234567, "6591234567"), ("12", ""), ("65x", ""), (None, ""), (True, "")],
)
def test_digits(value, expected):
    assert reading.digits(value) == expected


@pytest.mark.parametrize(("value", "expected"), [("131049", 131049), (7, 7), ("x", None), (2**31, None), (True, None)])
def test_whole(value, expected):
    assert reading.integer(value) == expected


@pytest.mark.parametrize(
    "text", ["2026-07-03T03:40:54.1600000Z", "2026-07-03T03:40:54.16", "2026-07-03T11:40:54.16+08:00"]
)
def test_iso_time(text):
    assert reading.iso_time(text) == datetime(2026, 7, 3, 3, 40, 54, 160000, tzinfo=UTC)


@pytest.mark.parametrize("value", ["", None, "soon", "-5", "99999999999", 4.5, "1577836799"])
def test_no_unix_time(value):
    with pytest.raises(ValueError, match="timestamp"):
        reading.unix_time(value)


def test_text_is_cut_and_never_anything_else():
    assert (reading.text("abc", 2), reading.text(7, 5), reading.text({}, 5), reading.text(None, 5)) == (
        "ab",
        "7",
        "",
        "",
    )
