"""What each role sees of a stored webhook: nothing that it may not see, in any shape of body."""

import json

import pytest

from messaging.inbound.enums import ReasonKind
from messaging.inbound.visibility import HIDDEN, Sight, displayed_body, visible_body, visible_reason

EVERYTHING, NUMBERS, TEXTS, NOTHING = Sight(True, True), Sight(True, False), Sight(False, True), Sight(False, False)
WAMID = "wamid.HBgMOTE5ODc2NTQzMjEwFQIAERgSQTc="
MESSAGE = {
    "from": "919876543210",
    "from_user_id": "IN.13491208655302741918",
    "id": WAMID,
    "timestamp": "1792065600",
    "type": "text",
    "text": {"body": "Call me at +91 98765 43210"},
    "profile": {"name": "Asha"},
    "is_forwarded": True,
    "count": 3,
    "number": 919876543210,
}


def seen(value, sight):
    return json.loads(visible_body(json.dumps(value).encode(), sight).text)


def test_whoever_may_see_everything_reads_the_body_as_received():
    body = b'{"a":  1}'
    assert visible_body(body, EVERYTHING).text == '{"a":  1}'
    assert visible_body(b"\xff", EVERYTHING).encoding == "base64"


def test_without_any_of_the_two():
    assert seen(MESSAGE, NOTHING) == {
        "from": "+91 98•••••210", "from_user_id": HIDDEN, "id": HIDDEN, "timestamp": "1792065600", "type": "text",
        "text": {"body": HIDDEN}, "profile": {"name": HIDDEN}, "is_forwarded": True, "count": 3, "number": HIDDEN,
    }  # fmt: skip


def test_with_numbers_only():
    numbers = seen(MESSAGE, NUMBERS)
    assert numbers == MESSAGE | {"text": {"body": HIDDEN}, "profile": {"name": HIDDEN}}


def test_with_texts_only():
    texts = seen(MESSAGE, TEXTS)
    assert texts["text"] == {"body": f"Call me at {HIDDEN}"}
    assert (texts["profile"], texts["id"], texts["from"]) == ({"name": HIDDEN}, HIDDEN, "+91 98•••••210")


@pytest.mark.parametrize(
    "value",
    [
        {"type": "Asha says: call 919876543210"}, {"status": "+919876543210"}, {"919876543210": {"a": 1}},
        {"unheard_of": ["919876543210", ["Asha 919876543210"]]}, {"n": 919876543210.0}, {"code": "919876543210"},
        {"a": "IN.13491208655302741918"}, {"a": "9 1 9 8 7 6 5 4 3 2 1 0"}, {"Asha 919876543210": 1},
    ],
)  # fmt: skip
def test_no_shape_shows_a_number_or_name(value):
    for sight in (NOTHING, TEXTS):
        text = visible_body(json.dumps(value).encode(), sight).text
        assert "9876543210" not in text.replace(" ", "")
        assert "13491208655302741918" not in text
    assert "Asha" not in visible_body(json.dumps(value).encode(), NOTHING).text


@pytest.mark.parametrize("body", [b"Asha 919876543210", b"[1]", b"\xff\x00", b""])
def test_what_is_no_object_is_hidden_whole(body):
    assert (visible_body(body, NUMBERS).text, visible_body(body, NUMBERS).is_masked) == (None, True)


def test_a_page_cuts_a_long_body():
    shown = displayed_body(b'{"a": "%b"}' % (b"x" * 300_000), EVERYTHING)
    assert len(shown.text) == 256 * 1024
    assert shown.more == len('{\n  "a": ""\n}') + 300_000 - 256 * 1024


@pytest.mark.parametrize(
    ("kind", "text", "sight", "visible"),
    [
        (ReasonKind.PART, f"The status '{WAMID}' is bad.", EVERYTHING, f"The status '{WAMID}' is bad."),
        (ReasonKind.PART, f"The status '{WAMID}' is bad.", NUMBERS, f"The status '{WAMID}' is bad."),
        (ReasonKind.PART, f"The status '{WAMID}' is bad.", TEXTS, f"The status '{HIDDEN} is bad."),
        (ReasonKind.PART, "timestamp 'Asha says' is bad.", NUMBERS, f"timestamp '{HIDDEN}' is bad."),
        (ReasonKind.FAILED, "DataError: row (Asha, 919876543210)", NUMBERS, f"DataError: {HIDDEN}"),
        (ReasonKind.FAILED, "It stopped.", NOTHING, "It stopped."),
        (ReasonKind.UNREGISTERED, "Number id '106540352242922' …", NOTHING, "Number id '106540352242922' …"),
        (ReasonKind.UNKNOWN, "Field 'moons' is not understood yet.", NOTHING, "Field 'moons' is not understood yet."),
    ],
)
def test_reasons(kind, text, sight, visible):
    assert visible_reason(kind, text, sight) == visible
