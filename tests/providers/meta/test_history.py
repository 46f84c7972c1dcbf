"""The history of a number, and messages while Meta's Business Agent answers."""

import json

import pytest

from providers.meta.parse import parse

METADATA = {"metadata": {"display_phone_number": "15550783881", "phone_number_id": "1"}}
PERSON, OURS = "16505551234", "15550783881"


def parse_body(field, **value):
    change = {"field": field, "value": METADATA | value}
    return parse(json.dumps({"entry": [{"id": "2", "changes": [change]}]}).encode())


def history(*messages, thread=PERSON):
    return parse_body(
        "history", history=[{"metadata": {"phase": 0}, "threads": [{"id": thread, "messages": messages}]}]
    )


def message(sender, status="READ", kind="text", wamid="wamid.H", **more):
    return {
        "from": sender, "id": wamid, "timestamp": "1739230955", "type": kind, kind: {"body": "Hi"},
        "history_context": {"status": status}, **more,
    }  # fmt: skip


@pytest.mark.parametrize(
    ("status", "states"),
    [
        ("READ", ["sent", "read"]),
        ("PLAYED", ["sent", "read"]),
        ("DELIVERED", ["sent", "delivered"]),
        ("ERROR", ["sent", "failed"]),
        ("SENT", ["sent"]),
        ("PENDING", ["queued"]),
        ("", ["sent"]),
    ],
)
def test_a_message_of_the_business_is_free_and_marked(status, states):
    events = history(message(OURS, status)).events
    assert [event.state for event in events] == states
    assert {(event.direction, event.msisdn, event.detail) for event in events} == {("outbound", PERSON, "history")}
    priced = [(event.category, event.pricing_type) for event in events]
    assert priced == [("service", "free_history"), ("", "")][: len(states)]
    assert [event.content is not None for event in events] == [True, False][: len(states)]


def test_a_message_of_a_person_is_received_and_marked():
    (event,) = history(message(PERSON)).events
    assert (event.state, event.direction, event.msisdn, event.detail) == ("received", "inbound", PERSON, "history")
    assert event.content == {"type": "text", "text": {"body": "Hi"}}


@pytest.mark.parametrize("part", [message("999999", to=PERSON), message("999999")])
def test_whoever_is_not_the_person_of_the_thread_is_the_business(part):
    assert {(event.direction, event.msisdn) for event in history(part).events} == {("outbound", PERSON)}


def test_a_medium_follows_its_placeholder():
    (placeholder,) = history(message(PERSON, kind="media_placeholder")).events
    assert (placeholder.content_type, placeholder.content) == ("", None)
    image = {"from": PERSON, "id": "wamid.H", "timestamp": "1739230955", "type": "image", "image": {"id": "7"}}
    (event,) = parse_body("history", messages=[image]).events
    assert (event.content_type, event.detail, event.content) == (
        "image",
        "history",
        {"type": "image", "image": {"id": "7"}},
    )


def test_one_bad_message_leaves_the_others():
    result = history(message(PERSON, wamid=""), message(PERSON))
    assert (len(result.events), result.problems) == (1, ["The message '' cannot be used: its id is missing."])


def test_a_business_that_shares_no_history_is_noted():
    result = parse_body("history", history=[{"errors": [{"code": 2593109, "title": "History sync is turned off"}]}])
    assert (result.events, result.problems, result.notes) == ([], [], ["No history: History sync is turned off."])


def test_standby_is_read_like_messages():
    person = {"from": PERSON, "id": "wamid.P", "timestamp": "1750030073", "type": "text", "text": {"body": "Hi"}}
    echo = {"from": OURS, "to": PERSON, "id": "wamid.E", "timestamp": "1750030074", "type": "text"}
    status = {"id": "wamid.E", "status": "delivered", "timestamp": "1750030075", "recipient_id": PERSON}
    events = parse_body("standby", messages=[person], message_echoes=[echo], statuses=[status]).events
    assert [(event.provider_message_id, event.state, event.detail) for event in events] == [
        ("wamid.E", "delivered", ""), ("wamid.P", "received", ""), ("wamid.E", "sent", "business_agent"),
    ]  # fmt: skip
    assert {(event.category, event.pricing_type) for event in events} == {("", "")}
