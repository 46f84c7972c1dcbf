"""Pruning removes the parts of deleted messages from bodies and keeps the others."""

import re

import orjson
import pytest

from providers.meta.wamids import wacid, wamid
from providers.pruning import mask, names_pattern, parsed, prune
from tests.messaging.inbound.services.test_erasure import OTHER_PERSON, status_body
from tests.traffic import INDIA


def pruned(provider, body, is_deleted):
    return prune(body, parsed(provider, body), is_deleted)


def of_india(event):
    return event.msisdn == INDIA


def test_a_body_of_one_person_goes_whole():
    assert pruned("meta", status_body(("wamid.A", "sent", INDIA)), of_india) is None


def test_a_body_that_nobody_understands_goes_whole():
    assert pruned("meta", b"{", of_india) is None


def test_a_body_of_several_keeps_the_others_as_they_were():
    mixed = status_body(("wamid.A", "sent", INDIA), ("wamid.B", "sent", OTHER_PERSON))
    assert orjson.loads(pruned("meta", mixed, of_india)) == orjson.loads(status_body(("wamid.B", "sent", OTHER_PERSON)))


def test_a_body_of_others_stays_as_it_is():
    other = status_body(("wamid.B", "sent", OTHER_PERSON))
    spaced = orjson.dumps(orjson.loads(other), option=orjson.OPT_INDENT_2)
    assert (pruned("meta", other, of_india), pruned("meta", spaced, of_india)) == (other, spaced)


def test_of_a_message_to_a_group_only_the_person_goes():
    mixed = orjson.loads(status_body(("wamid.G", "read", INDIA), ("wamid.G", "read", OTHER_PERSON)))
    for status in mixed["entry"][0]["changes"][0]["value"]["statuses"]:
        status |= {"recipient_participant_id": status["recipient_id"], "recipient_id": "G", "recipient_type": "group"}
    value = orjson.loads(pruned("meta", orjson.dumps(mixed), of_india))["entry"][0]["changes"][0]["value"]
    assert [status["recipient_participant_id"] for status in value["statuses"]] == [OTHER_PERSON]
    assert [contact["wa_id"] for contact in value["contacts"]] == [OTHER_PERSON]


@pytest.mark.parametrize("names", [[], [""], ["", ""]])
def test_no_name_matches_nothing(names):
    texts = ["", "a", "b", "ab", "00", '{"to": "+919876543210"}', "\n"]
    assert [bool(re.search(names_pattern(names), text)) for text in texts] == [False] * len(texts)
    assert [mask(text.encode(), names) for text in texts] == [text.encode() for text in texts]


@pytest.mark.parametrize(
    ("text", "masked"),
    [
        (b'{"to": "+919876543210"}', b'{"to": "+999999999999"}'),
        (b'{"to": 919876543210}', b'{"to": 999999999999}'),
        (b"9198765432101 1919876543210 x919876543210", b"9198765432101 1919876543210 x919876543210"),
        (b"+91 98765 43210, (91) 98765-43210", b"+99 99999 99999, (99) 99999-99999"),
        (b"0091.98765/43210", b"9999.99999/99999"),
        ("91\u00a098765\u202f43210".encode(), "99\u00a099999\u202f99999".encode()),
        (rb'{"text": "Mine:\n91\u00a098765\t43210"}', rb'{"text": "Mine:\n99\u00a099999\t99999"}'),
        (b'["91", "98765", "43210"]', b'["91", "98765", "43210"]'),
    ],
)
def test_a_number_is_masked_however_it_is_spelled_where_it_stands_alone(text, masked):
    assert mask(text, [INDIA]) == masked


@pytest.mark.parametrize(("before", "after"), [("/", "/"), ("/", r"\/")])
def test_a_number_in_an_id_is_masked_and_the_id_keeps_its_form(before, after):
    quoted, other = wamid(INDIA, "3EB0FFFFFFFF", inbound=True), wamid(OTHER_PERSON, "3EB0")
    call = wacid("15550001", "AB", INDIA)
    body = orjson.dumps({"context": {"id": quoted}, "other": other, "text": f"see {call}!"}).decode()
    body = body.replace(before, after).encode()
    assert all(re.search(names_pattern([INDIA]), each) for each in (quoted, call))
    assert not re.search(names_pattern([INDIA]), other)
    nines = "9" * len(INDIA)
    masked = {"id": wamid(nines, "3EB0FFFFFFFF", inbound=True)}
    text = f"see {wacid('15550001', 'AB', nines)}!"
    assert orjson.loads(mask(body, [INDIA])) == {"context": masked, "other": other, "text": text}


@pytest.mark.parametrize(
    ("wamid", "number"), [(98765432102, int(INDIA)), ("wamid." + "x" * 600, "+91 98765-43210"), (" x", INDIA)]
)
def test_a_message_goes_however_its_id_and_number_are_written(wamid, number):
    mixed = orjson.loads(status_body(("wamid.A", "sent", INDIA), ("wamid.B", "sent", OTHER_PERSON)))
    mixed["entry"][0]["changes"][0]["value"]["statuses"][0] |= {"id": wamid, "recipient_id": number}
    after = pruned("meta", orjson.dumps(mixed), of_india)
    assert orjson.loads(after) == orjson.loads(status_body(("wamid.B", "sent", OTHER_PERSON)))


def test_a_parser_s_fault_stops_no_erasure(monkeypatch):
    monkeypatch.setattr("providers.pruning.parse", lambda *_: {}["missing"])
    assert parsed("meta", b"{}") is None
