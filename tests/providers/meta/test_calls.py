"""Calls and statuses of calls in Meta's webhooks."""

import json
from datetime import UTC, datetime

import pytest

from providers.events import CallEvent, MessageEvent
from providers.meta.parse import parse
from providers.vocabulary import Direction

AT = datetime(2025, 10, 17, 6, 12, 13, tzinfo=UTC)
PERSON, BUSINESS = "917358580180", "15551441906"
CALL = {"id": "wacid.A", "from": PERSON, "to": BUSINESS, "timestamp": "1760681533", "direction": "USER_INITIATED"}
ENDED = CALL | {"event": "terminate", "status": "COMPLETED"}
ERROR = {"code": 138021, "title": "No media", "error_data": {"details": "No media for a long time."}}


def outcome(field="calls", **value):
    metadata = {"display_phone_number": BUSINESS, "phone_number_id": "106"}
    change = {"field": field, "value": {"messaging_product": "whatsapp", "metadata": metadata, **value}}
    return parse(json.dumps({"entry": [{"id": "1", "changes": [change]}]}).encode())


def event(**value):
    parsed = outcome(**value)
    assert (parsed.problems, parsed.notes, len(parsed.events)) == ([], [], 1)
    return parsed.events[0]


def test_a_person_calls():
    assert event(calls=[CALL | {"event": "connect", "session": {"sdp": "v=0"}}]) == CallEvent(
        "wacid.A", "connecting", AT, Direction.INBOUND, "106", msisdn=PERSON
    )


def test_a_call_ends_after_twenty_seconds():
    times = {"start_time": "1760681513", "end_time": "1760681533", "duration": 20}
    assert event(calls=[ENDED | times]) == CallEvent(
        "wacid.A", "completed", AT, Direction.INBOUND, "106", msisdn=PERSON,
        started_at=datetime(2025, 10, 17, 6, 11, 53, tzinfo=UTC), ended_at=AT, seconds=20,
    )  # fmt: skip


@pytest.mark.parametrize("place", ["call", "body"])
def test_a_failed_call_has_its_error_wherever_it_stands(place):
    call = ENDED | {"status": "FAILED"} | ({"errors": [ERROR]} if place == "call" else {})
    failed = event(calls=[call], **({"errors": [ERROR]} if place == "body" else {}))
    assert (failed.state, failed.error_source, failed.error_code, failed.error_title) == (
        "failed", "meta", 138021, "No media for a long time.",
    )  # fmt: skip


@pytest.mark.parametrize("field", ["calls", "messages"])
@pytest.mark.parametrize("kind", [{"type": "call"}, {"type": " CALL "}, {}])
@pytest.mark.parametrize("word", ["RINGING", "ACCEPTED", "REJECTED"])
def test_statuses_of_a_call_are_those_of_one_that_the_business_initiates(field, kind, word):
    status = {"id": "wacid.B", "timestamp": "1760681533", "status": word, "recipient_id": PERSON, **kind}
    assert event(field=field, statuses=[status]) == CallEvent(
        "wacid.B", word.lower(), AT, Direction.OUTBOUND, "106", msisdn=PERSON
    )


def test_a_status_of_a_message_beside_that_of_a_call_is_a_message():
    statuses = [{"id": "wacid.B", "timestamp": "1760681533", "status": "RINGING", "type": "call"},
                {"id": "wamid.C", "timestamp": "1760681533", "status": "sent"}]  # fmt: skip
    assert [type(each) for each in outcome("messages", statuses=statuses).events] == [CallEvent, MessageEvent]


@pytest.mark.parametrize(
    ("change", "direction", "msisdn", "user_id"),
    [
        ({"direction": "business_initiated", "from": BUSINESS, "to": PERSON}, Direction.OUTBOUND, PERSON, ""),
        ({"direction": None, "from": BUSINESS, "to": PERSON}, Direction.OUTBOUND, PERSON, ""),
        ({"direction": None}, Direction.INBOUND, PERSON, ""),
        ({"from": None, "from_user_id": "IN.1349"}, Direction.INBOUND, "", "IN.1349"),
        ({"from": "IN.1349"}, Direction.INBOUND, "", "IN.1349"),
        ({"direction": "", "from": None, "to": None, "to_user_id": "IN.1349"}, Direction.OUTBOUND, "", "IN.1349"),
        ({"direction": "", "from": None, "to": None}, None, "", ""),
    ],
)
def test_the_direction_decides_who_the_person_is(change, direction, msisdn, user_id):
    call = event(calls=[CALL | {"event": "connect"} | change])
    assert (call.direction, call.msisdn, call.user_id) == (direction, msisdn, user_id)


def test_a_contact_adds_the_number_of_a_user_id():
    contacts = [{"wa_id": PERSON, "user_id": "IN.1349"}, {"wa_id": "6591234567", "user_id": "SG.2"}]
    call = event(calls=[CALL | {"event": "connect", "from": None, "from_user_id": "IN.1349"}], contacts=contacts)
    assert (call.msisdn, call.user_id) == (PERSON, "IN.1349")


@pytest.mark.parametrize(
    ("duration", "seconds"), [("40", 40), (40.0, 40), (40.2, 41), (0, 0), (None, None), ("", None), ("4e1", 40)]
)
def test_a_duration_is_in_begun_seconds(duration, seconds):
    assert event(calls=[ENDED | {"duration": duration}]).seconds == seconds


def test_without_a_duration_it_is_the_time_between_start_and_end():
    assert event(calls=[ENDED | {"start_time": 1760681513, "end_time": 1760681533}]).seconds == 20


@pytest.mark.parametrize("duration", [-4, "long", True, "nan", "1e999", 10**9, {}, [40]])
def test_a_duration_that_is_none_is_left_out_and_the_call_counts(duration):
    parsed = outcome(calls=[ENDED | {"duration": duration}, CALL | {"id": "wacid.B", "event": "connect"}])
    assert [(each.call_id, each.seconds) for each in parsed.events] == [("wacid.A", None), ("wacid.B", None)]
    assert [problem.partition(": its duration")[0] for problem in parsed.problems] == ["The call 'wacid.A'"]


def test_a_time_that_is_none_is_left_out_and_the_call_counts():
    parsed = outcome(calls=[ENDED | {"start_time": "noon", "end_time": "1760681533"}])
    assert (parsed.events[0].started_at, parsed.events[0].ended_at) == (None, AT)
    assert parsed.problems == [
        "The call 'wacid.A': its start_time is left out, because timestamp 'noon' is not in seconds since 1970."
    ]


def test_a_call_that_ends_before_it_starts_has_no_duration():
    parsed = outcome(calls=[ENDED | {"start_time": "1760681540", "end_time": "1760681533"}])
    assert (parsed.events[0].seconds, parsed.problems) == (
        None, ["The call 'wacid.A': it has no duration, because it ends before it starts."],
    )  # fmt: skip


@pytest.mark.parametrize(
    ("change", "why"), [({"id": ""}, "its id is missing"), ({"timestamp": None}, "its timestamp is missing")]
)
def test_a_call_without_an_id_or_a_time_is_a_problem_and_its_neighbours_count(change, why):
    parsed = outcome(calls=[CALL | change, CALL | {"id": "wacid.B", "event": "connect"}])
    assert [each.call_id for each in parsed.events] == ["wacid.B"]
    assert parsed.problems == [f"The call {(CALL | change)['id']!r} cannot be used: {why}."]


@pytest.mark.parametrize(
    ("event_word", "status", "state"),
    [("terminate", ["Failed", "Completed"], "ended"), ("terminate", "CANCELED", "ended"),
     ("Terminate", "rejected", "rejected"), ("media_update", None, "media_update"), (None, None, "unknown")],
)  # fmt: skip
def test_words_that_nobody_knows_are_kept(event_word, status, state):
    assert event(calls=[CALL | {"event": event_word, "status": status}]).state == state
