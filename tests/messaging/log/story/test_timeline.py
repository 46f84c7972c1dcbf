"""A message's story in words."""

from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest

from messaging.log.models import Message, MessagePayload, StatusEvent, Template
from messaging.log.selectors.story import Story
from messaging.log.story.timeline import (
    expiry_sentence,
    format_gap,
    heading,
    is_contradicted,
    last_change,
    stored_contents,
    timeline,
)

AT = datetime(2026, 11, 12, tzinfo=UTC)
UMID = UUID(int=7)
WAITING = {"source_id": 1, "umid": UMID, "provider_message_id": str(UMID)}


@pytest.mark.parametrize(
    ("gap", "words"),
    [
        (timedelta(0), "+0 s"),
        (timedelta(seconds=3.21), "+3.2 s"),
        (timedelta(minutes=4, seconds=59), "+4 min"),
        (timedelta(hours=2), "+2 h"),
        (timedelta(hours=2, minutes=5), "+2 h 5 min"),
        (timedelta(days=3), "+3 days"),
    ],
)
def test_gaps(gap, words):
    assert format_gap(AT, AT + gap) == words


def test_timeline():
    events = [
        StatusEvent(at=AT, state="sent"),
        StatusEvent(at=AT + timedelta(seconds=2), state="failed", error_code=131049, error_title="Held back"),
        StatusEvent(at=AT + timedelta(hours=1), state="read", detail="played", webhook_id=7, webhook_received_at=AT),
        StatusEvent(at=AT + timedelta(hours=1), state="sung_aloud"),
    ]
    entries = timeline(Story(Message(), events, []))
    assert [(entry.word, entry.colour, entry.after) for entry in entries] == [
        ("Sent", "sent", ""),
        ("Undelivered", "undelivered", "+2 s"),
        ("Read", "read", "+59 min"),
        ("Sung aloud", "unknown", "+0 s"),
    ]
    assert (entries[1].error_code, entries[1].error_title) == (131049, "Held back")
    assert (entries[2].sentence, entries[2].webhook_id) == ("The voice message was played.", 7)


@pytest.mark.parametrize(
    ("events", "expected"),
    [
        (  # Tollgate's own time has fractions, Meta's have none
            [("sent", 0), ("delivered", 0), ("read", 0), ("queued", 0.2)],
            [("queued", ""), ("sent", "+0 s"), ("delivered", "+0 s"), ("read", "+0 s")],
        ),
        ([("sent", 0), ("rejected", 0.1), ("queued", 0.3)], [("queued", ""), ("sent", "+0 s"), ("rejected", "+0.1 s")]),
        ([("queued", 0.9), ("sent", 1)], [("queued", ""), ("sent", "+0.1 s")]),
        (
            [("failed", 0.1), ("delivered", 0.4), ("sent", 0.5)],
            [("sent", ""), ("failed", "+0 s"), ("delivered", "+0.3 s")],
        ),
        ([("edited", 0), ("received", 0)], [("received", ""), ("edited", "+0 s")]),
        ([("delivered", 1), ("sent", 2)], [("delivered", ""), ("sent", "+1 s")]),  # not in the same second
    ],
)  # fmt: skip
def test_within_a_second_states_decide(events, expected):
    history = [StatusEvent(at=AT + timedelta(seconds=seconds), state=state) for state, seconds in events]
    assert [(entry.state, entry.after) for entry in timeline(Story(Message(), history, []))] == expected


@pytest.mark.parametrize(
    ("about", "words"),
    [
        ({"category": "utility", "sent_at": AT}, "Not delivered within 30 days."),
        ({"category": "authentication", "sent_at": AT}, "Not delivered within 10 minutes."),
        ({"category": "authentication-international"}, "Not delivered within 10 minutes."),
        ({}, "Not delivered within 30 days."),
        (WAITING, "Not sent before the expiry time set by its client."),
        ({**WAITING, "sent_at": AT}, "Not delivered within 30 days."),
        ({**WAITING, "source_id": None}, "Not delivered within 30 days."),  # 8x8's ids are UMIDs
        ({"source_id": 1, "provider_message_id": "wamid.A"}, "Not delivered within 30 days."),
        ({"source_id": 1, "category": "authentication"}, "Not delivered within 10 minutes."),
    ],
)
def test_a_message_expires_by_its_own_time_to_live(about, words):
    message = Message(**about)
    assert expiry_sentence(message) == words
    assert timeline(Story(message, [StatusEvent(at=AT, state="expired")], []))[0].sentence == words


@pytest.mark.parametrize(
    ("body", "words"),
    [
        ({"text": {"body": "Hello"}}, "Hello"),
        ({"text": "Hi"}, "Hi"),
        ({"type": "button", "button": {"text": "Yes"}}, "Yes"),
        ({"type": "image", "image": {"id": "1", "caption": "Look"}}, "Look"),
        ({"type": "sticker", "sticker": {"id": "1"}}, ""),
        (["text"], ""),
    ],
)
def test_words_of_a_payload(body, words):
    (payload,) = stored_contents(Story(Message(), [], [MessagePayload(kind="content", body=body)]))
    assert payload.text == words


def test_the_request_is_shown():
    (payload,) = stored_contents(Story(Message(), [], [MessagePayload(kind="request", body={"text": "Grüße"})]))
    assert (payload.kind, payload.text, payload.json) == ("Request", "Grüße", '{\n  "text": "Grüße"\n}')


def test_heading():
    assert heading(Message(direction="inbound", content_type="image")) == "Inbound image"
    assert heading(Message(direction="outbound", template=Template(name="sale"))) == "Template sale"
    assert heading(Message(direction="outbound")) == "Outbound message"


def test_a_delivery_overrules_a_failure():
    assert is_contradicted(Message(failed_at=AT, read_at=AT))
    assert not is_contradicted(Message(failed_at=AT))
    assert not is_contradicted(Message(read_at=AT))


def test_content_reported_by_8x8_is_shown_as_text():
    content = {"contentType": "template", "body": {"text": "Hello Jane, order 4711 has shipped."}}
    (payload,) = stored_contents(Story(Message(), [], [MessagePayload(kind="content", body=content)]))
    assert payload.text == "Hello Jane, order 4711 has shipped."


def test_the_content_is_what_it_was_last_edited_to():
    def payload(kind, minute, body):
        at = AT + timedelta(minutes=minute)
        return MessagePayload(kind=kind, created_at=at, body={"type": "text", "text": {"body": body}})

    payloads = [payload("content", 0, "a"), payload("edit", 1, "b"), payload("edit", 2, "c")]
    events = [StatusEvent(at=AT + timedelta(minutes=minute), state="edited") for minute in (1, 2)]
    events.append(StatusEvent(at=AT + timedelta(minutes=3), state="revoked"))
    story = Story(Message(), events, payloads)
    contents = stored_contents(story)
    assert [(each.text, each.until) for each in contents] == [
        ("c", None), ("b", AT + timedelta(minutes=2)), ("a", AT + timedelta(minutes=1)),
    ]  # fmt: skip
    assert {each.kind for each in contents} == {"Content"}
    assert [last_change(story, state) for state in ("edited", "revoked", "sung")] == [
        AT + timedelta(minutes=2), AT + timedelta(minutes=3), None,
    ]  # fmt: skip
    assert [entry.word for entry in timeline(story)] == ["Edited", "Edited", "Deleted"]
