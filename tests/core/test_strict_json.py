"""JSON that the database can store."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.strict_json import MAX_DEPTH, Unparsable, dump, load, load_repaired, repair


@pytest.mark.parametrize(
    ("body", "text", "count"),
    [
        (rb'"Great \ud83d"', "Great \ufffd", 1),
        (rb'"\udc00\ud83d"', "\ufffd\ufffd", 2),
        (rb'"\uD83D\uDE00 \ud83d\n"', "\U0001f600 \ufffd\n", 1),
        (rb'"a\u0000b"', "a\ufffdb", 1),
        (rb'"\\\u0000"', "\\\ufffd", 1),
        (b'"a\x00b\x1b"', "a\ufffdb\ufffd", 2),
        (b'"caf\xe9"', "caf\ufffd", 1),
        (b'"\xed\xa0\xbd"', "\ufffd\ufffd\ufffd", 3),
        ('"caf\u00e9 \ufffd"'.encode(), "caf\u00e9 \ufffd", 0),
        (b'"a\\\xffb"', "a\ufffd\ufffdb", 2),
        (rb'"\ud83 \x41"', "\ufffdud83 \ufffdx41", 2),
        (b'"two\nlines\tand\r"', "two\nlines\tand\r", 0),
        (b'\xef\xbb\xbf"a" \x00\n', "a", 0),
        (rb'"what does \\u0000 and \\ud83d mean?"', r"what does \u0000 and \ud83d mean?", 0),
    ],
)
def test_repair_replaces_what_no_text_can_hold(body, text, count):
    repaired, replaced = repair(body)
    assert (load(repaired), replaced) == (text, count)


def test_a_text_about_an_escape_is_no_nul():
    assert load(rb'{"text": "what does \\u0000 mean?"}') == {"text": r"what does \u0000 mean?"}
    with pytest.raises(Unparsable, match="NUL"):
        load(rb'{"text": "\\\u0000"}')


def test_only_what_can_be_repaired_is_loaded():
    note = "Characters that no text can hold: 1. Each is stored as \ufffd."
    assert load_repaired(rb'{"a": "\ud83d"}') == ({"a": "\ufffd"}, [note])
    assert load_repaired(b'{"a": 1}') == ({"a": 1}, [])
    for body in (b"{", rb'{"a": "\ud83d"', rb'["\ud83d"]', b'{"a": 1-2}', b"\xff", b"{" * 300):
        with pytest.raises(Unparsable):
            load_repaired(body)


@given(st.text(st.characters(codec=None), max_size=20))
def test_every_text_can_be_loaded_after_the_repair(text):
    repaired = json.loads(repair(json.dumps({"t": text}).encode())[0])["t"]
    expected = text.encode("utf-16", "surrogatepass").decode("utf-16", "replace").replace("\0", "\ufffd")
    assert repaired == expected
    assert load_repaired(json.dumps({"t": text}).encode())[0] == {"t": expected}


@pytest.mark.parametrize(("depth", "cut"), [(MAX_DEPTH - 1, 0), (MAX_DEPTH, 0), (260, 1), (990, 1), (5_000, 1)])
def test_values_nested_too_deeply_are_cut_and_the_others_stay(depth, cut):
    data, notes = load_repaired(b'{"a": ' + b"[" * depth + b"]" * depth + b', "b": [1]}')
    assert data["b"] == [1]
    assert notes == ["Values nested deeper than 200 levels: 1. They are not stored."] * cut
    assert json.loads(dump(data)) == data


@pytest.mark.parametrize("number", [b"1e400", b"-1e400", b"1" * 400, b"NaN", b"Infinity", b"-Infinity"])
def test_a_number_too_large_becomes_null_and_the_others_stay(number):
    data, notes = load_repaired(b'{"a": [' + number + b', -1.5e3], "NaN 1e999": "1e400 \\" [", "c": [' + number + b"]}")
    assert data == {"a": [None, -1500.0], "NaN 1e999": '1e400 " [', "c": [None]}
    assert notes == ["Numbers too large to store: 2. Each is stored as null."]


def test_everything_at_once_is_repaired():
    data, notes = load_repaired(rb'{"a": "\ud83d", "b": 1e999, "c": ' + b"[" * 300 + b"1e999" + b"]" * 300 + b"}")
    assert (data["a"], data["b"]) == ("\ufffd", None)
    assert [note.split(":")[1][:3] for note in notes] == [" 1.", " 1.", " 1."]


def test_numbers_of_any_size_are_written():
    assert dump({"a": 10**30}) == b'{"a": 1000000000000000000000000000000}'
