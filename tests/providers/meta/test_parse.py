import json
from datetime import UTC, datetime

import pytest

from core.strict_json import Unparsable
from providers.events import MessageEvent
from providers.meta.parse import parse
from providers.vocabulary import Direction


def body(**value):
    value = {"metadata": {"display_phone_number": "15550783881", "phone_number_id": "106540352242922"}, **value}
    return json.dumps(
        {"entry": [{"id": "102290129340398", "changes": [{"field": "messages", "value": value}]}]}
    ).encode()


STATUS = {
    "id": "wamid.HBg",
    "status": "delivered",
    "timestamp": "1750030073",
    "recipient_id": "16505551234",
    "biz_opaque_callback_data": "order-77",
    "pricing": {"billable": True, "pricing_model": "PMP", "type": "regular", "category": "marketing"},
}


def test_a_delivered_status():
    assert parse(body(statuses=[STATUS])).events == [
        MessageEvent(
            provider_message_id="wamid.HBg",
            state="delivered",
            at=datetime(2025, 6, 15, 23, 27, 53, tzinfo=UTC),
            number_id="106540352242922",
            msisdn="16505551234",
            category="marketing",
            pricing_type="regular",
            client_message_id="order-77",
        )
    ]


def test_a_failed_status_says_whose_code_it_is():
    error = {"code": 131049, "title": "Title", "error_data": {"details": "In order to maintain a healthy ecosystem"}}
    event = parse(body(statuses=[STATUS | {"status": "failed", "errors": [error]}])).events[0]
    assert (event.state, event.error_source, event.error_code) == ("failed", "meta", 131049)
    assert event.error_title == "In order to maintain a healthy ecosystem"


@pytest.mark.parametrize(
    ("word", "state"), [("sent", "sent"), ("read", "read"), ("played", "read"), ("warning", "warning")]
)
def test_status_words(word, state):
    assert parse(body(statuses=[STATUS | {"status": word}])).events[0].state == state


def test_authentication_international_is_spelled_with_a_hyphen():
    pricing = {"type": "regular", "category": "authentication_international"}
    assert parse(body(statuses=[STATUS | {"pricing": pricing}])).events[0].category == "authentication-international"


def test_a_person_without_a_number_is_known_by_user_id():
    status = {key: value for key, value in STATUS.items() if key != "recipient_id"}
    event = parse(body(statuses=[status | {"recipient_user_id": "US.13491208655302741918"}])).events[0]
    assert (event.msisdn, event.user_id) == ("", "US.13491208655302741918")


def test_an_inbound_text():
    message = {"from": "16505551234", "id": "wamid.IN", "timestamp": "1749416383", "type": "text",
               "text": {"body": "Does it come in another color?"}}  # fmt: skip
    contact = {"profile": {"name": "Sheena Nelson"}, "wa_id": "16505551234"}
    assert parse(body(messages=[message], contacts=[contact])).events == [
        MessageEvent(
            provider_message_id="wamid.IN",
            state="received",
            at=datetime(2025, 6, 8, 20, 59, 43, tzinfo=UTC),
            direction=Direction.INBOUND,
            number_id="106540352242922",
            msisdn="16505551234",
            profile_name="Sheena Nelson",
            content_type="text",
            content={
                "type": "text",
                "text": {"body": "Does it come in another color?"},
                "profile_name": "Sheena Nelson",
            },
        )
    ]


def test_a_thousand_statuses_in_one_body():
    statuses = [STATUS | {"id": f"wamid.{index}"} for index in range(1000)]
    assert len(parse(body(statuses=statuses)).events) == 1000


def test_one_bad_status_does_not_hold_the_others():
    parsed = parse(body(statuses=[STATUS | {"timestamp": "soon"}, STATUS | {"id": None}, STATUS]))
    assert len(parsed.events) == 1
    assert parsed.problems == [
        "The status 'wamid.HBg' cannot be used: timestamp 'soon' is not in seconds since 1970.",
        "The status '' cannot be used: its id is missing.",
    ]


def test_what_is_detected_is_what_the_value_holds():
    data = json.loads(body(statuses=[STATUS]))
    data["entry"][0]["changes"][0]["field"] = "something_else"
    assert len(parse(json.dumps(data).encode()).events) == 1


def test_a_field_that_is_not_understood_is_named():
    change = {"field": "moons", "value": {"moon_id": "1"}}
    parsed = parse(json.dumps({"entry": [{"id": "1", "changes": [change]}]}).encode())
    assert parsed.unknown == ["Field 'moons' is not understood yet."]


def test_an_error_of_the_whole_account_is_a_problem():
    parsed = parse(body(errors=[{"code": 130429, "title": "Rate limit hit"}]))
    assert parsed.errors == ["Meta reports error 130429: Rate limit hit"]


@pytest.mark.parametrize("data", [{}, {"entry": {}}, {"entry": []}, {"entry": "x"}])
def test_a_body_that_is_not_of_meta(data):
    with pytest.raises(Unparsable, match="no `entry` list"):
        parse(json.dumps(data).encode())


# --- Persons ---------------------------------------------------------------------------------------------------------
def inbound(**fields):
    return {"id": "wamid.IN", "timestamp": "1749416383", "type": "text", "text": {"body": "hello"}, **fields}


ANN = {"profile": {"name": "Ann"}, "user_id": "US.AAA111"}
BO = {"profile": {"name": "Bo"}, "user_id": "SG.BBB222", "wa_id": "6591234567"}


@pytest.mark.parametrize(
    ("message", "contacts", "person"),
    [
        ({"from_user_id": "US.AAA111"}, [ANN, BO], ("", "US.AAA111", "Ann")),
        ({"from_user_id": "SG.BBB222"}, [ANN, BO], ("6591234567", "SG.BBB222", "Bo")),
        ({"from": "6591234567"}, [ANN, BO], ("6591234567", "SG.BBB222", "Bo")),
        ({"from": "US.AAA111"}, [ANN, BO], ("", "US.AAA111", "Ann")),
        ({"from_user_id": "BR.CCC333"}, [], ("", "BR.CCC333", None)),
        ({"from_user_id": "US.ENT.118157"}, [ANN], ("", "US.ENT.118157", None)),
        ({"from": "6591234567", "from_user_id": "SG.BBB222"}, [ANN], ("6591234567", "SG.BBB222", None)),
        ({}, [ANN], ("", "US.AAA111", "Ann")),
        ({}, [ANN, BO], ("", "", None)),
        ({"from_user_id": "US.AAA111"}, [{"user_id": ["x"]}, {"wa_id": {}}, ANN], ("", "US.AAA111", "Ann")),
        ({"from": "6591234567"}, [{"wa_id": "+65 9123 4567", "user_id": "SG.D"}], ("6591234567", "SG.D", None)),
    ],
)
def test_whose_message_it_is(message, contacts, person):
    event = parse(body(messages=[inbound(**message)], contacts=contacts)).events[0]
    assert (event.msisdn, event.user_id, event.content.get("profile_name")) == person
    assert "from_user_id" not in event.content


@pytest.mark.parametrize(
    ("fields", "contacts", "person"),
    [
        ({"recipient_id": "IN.5550002"}, [], ("", "IN.5550002")),
        *(({"recipient_id": "6591234567", "recipient_user_id": junk}, [], ("6591234567", ""))
          for junk in ("n/a", "null", "0", "unknown", "-", "SG.", "\ufffd")),
        ({"recipient_id": "16505551234"}, [ANN], ("16505551234", "")),
        ({"recipient_id": "6591234567"}, [ANN, BO], ("6591234567", "SG.BBB222")),
        ({"recipient_id": "SG.BBB222"}, [ANN, BO], ("6591234567", "SG.BBB222")),
        ({"recipient_id": ""}, [ANN], ("", "US.AAA111")),
        ({"recipient_id": "120363", "recipient_type": "group"}, [], ("", "")),
        ({"recipient_id": "120363394320964150", "recipient_type": " GROUP"}, [], ("", "")),
        ({"recipient_id": "120363", "recipient_type": "group"}, [BO], ("", "")),
        ({"recipient_id": "GRP_z", "recipient_type": "group", "recipient_participant_id": "6591230381"}, [],
         ("6591230381", "")),
        ({"recipient_id": "GRP_z", "recipient_type": "group", "recipient_participant_user_id": "SG.BBB222"}, [],
         ("", "SG.BBB222")),
        ({"recipient_id": "GRP_z", "recipient_type": "group", "recipient_participant_id": "SG.BBB222"}, [BO],
         ("6591234567", "SG.BBB222")),
    ],
)  # fmt: skip
def test_to_whom_a_status_is(fields, contacts, person):
    event = parse(body(statuses=[STATUS | fields], contacts=contacts)).events[0]
    assert (event.msisdn, event.user_id) == person


@pytest.mark.parametrize(
    ("fields", "group_id"),
    [
        ({"recipient_id": "16505551234"}, ""),
        ({"recipient_id": "16505551234", "recipient_type": "individual"}, ""),
        ({"recipient_id": "GRP_z", "recipient_type": "group"}, "GRP_z"),
        ({"recipient_id": "GRP_z", "recipient_type": "group", "recipient_participant_id": "6591230381"}, "GRP_z"),
        ({"recipient_id": "GRP_z", "recipient_participant_id": "6591230381"}, "GRP_z"),
        ({"recipient_id": "GRP_z", "recipient_participant_user_id": "SG.BBB222"}, "GRP_z"),
        ({"recipient_id": None, "recipient_participant_id": "6591230381"}, "unknown"),
    ],
)  # fmt: skip
def test_to_which_group_a_status_is(fields, group_id):
    assert parse(body(statuses=[STATUS | fields])).events[0].group_id == group_id


def test_a_message_in_a_group_has_its_sender_and_group():
    text = {"type": "text", "text": {"body": "Hello"}}
    message = {"id": "wamid.G", "timestamp": "1790000000", "from": "6591234567", "group_id": "GRP_z"} | text
    (event,) = parse(body(messages=[message])).events
    assert (event.msisdn, event.group_id, event.direction) == ("6591234567", "GRP_z", "inbound")


# --- Pricing and statuses --------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("pricing", "pricing_type"),
    [
        ({"billable": False, "pricing_model": "CBP"}, "free_not_billable"),
        ({"billable": False, "pricing_model": "PMP", "type": "regular"}, "free_not_billable"),
        ({"billable": False, "type": "free_entry_point"}, "free_entry_point"),
        ({"billable": True, "pricing_model": "CBP"}, "cbp"),
        ({"billable": True, "pricing_model": " cbp ", "type": "regular"}, "cbp"),
        ({"billable": True, "pricing_model": "CBP", "type": "free_entry_point"}, "free_entry_point"),
        ({"billable": True, "pricing_model": "PMP"}, ""),
        ({"billable": "False", "type": "regular"}, "free_not_billable"),
        ({"billable": 0, "type": "regular"}, "free_not_billable"),
        ({"billable": None, "type": "regular"}, "regular"),
        ({"billable": "true", "type": "regular"}, "regular"),
        ({}, ""),
    ],
)
def test_what_is_not_billable_is_free_whatever_else_the_price_has(pricing, pricing_type):
    status = STATUS | {"pricing": pricing | {"category": "utility"}}
    assert parse(body(statuses=[status])).events[0].pricing_type == pricing_type


@pytest.mark.parametrize("kind", ["payment", " PAYMENT"])
def test_a_status_of_a_payment_is_no_message(kind):
    parsed = parse(body(statuses=[STATUS | {"type": kind, "status": "RINGING"}, STATUS]))
    assert ([event.provider_message_id for event in parsed.events], parsed.problems) == (["wamid.HBg"], [])


@pytest.mark.parametrize(
    ("to", "person"),
    [
        ({"to": "919812340029"}, ("919812340029", "")),
        ({"to_user_id": "IN.5550002"}, ("", "IN.5550002")),
        ({"to": "IN.5550002"}, ("", "IN.5550002")),
    ],
)
def test_a_message_from_the_business_app_is_outbound_and_free(to, person):
    echo = {"from": "15550783881", **to, "id": "wamid.E", "timestamp": "1750030073", "type": "text",
            "text": {"body": "sent from the phone"}}  # fmt: skip
    assert parse(body(message_echoes=[echo])).events == [
        MessageEvent(
            provider_message_id="wamid.E",
            state="sent",
            at=datetime(2025, 6, 15, 23, 27, 53, tzinfo=UTC),
            number_id="106540352242922",
            msisdn=person[0],
            user_id=person[1],
            content_type="text",
            category="service",
            pricing_type="free_business_app",
            detail="business_app",
            content={"type": "text", "text": {"body": "sent from the phone"}},
        )
    ]


@pytest.mark.parametrize(
    "group", [{"to": "120363423148091716", "recipient_type": "group"}, {"group_id": "120363423148091716"}]
)
def test_an_echo_to_a_group_has_no_person(group):
    (event,) = parse(body(message_echoes=[{"id": "wamid.E", "timestamp": "1750030073", **group}])).events
    assert (event.group_id, event.msisdn, event.user_id) == ("120363423148091716", "", "")


def test_a_bad_text_spoils_nothing_beside_it():
    raw = body(statuses=[STATUS], messages=[inbound(text={"body": "Great HALF"})]).replace(b"HALF", rb"\ud83d")
    parsed = parse(raw)
    assert [event.state for event in parsed.events] == ["delivered", "received"]
    assert parsed.events[1].content["text"] == {"body": "Great \ufffd"}
    assert (parsed.problems, parsed.notes) == ([], ["Characters that no text can hold: 1. Each is stored as \ufffd."])


def test_one_bad_text_among_a_thousand_updates_costs_none_of_them():
    statuses = [STATUS | {"id": f"wamid.{n}"} for n in range(1000)]
    statuses[500]["biz_opaque_callback_data"] = "HALF"
    parsed = parse(body(statuses=statuses).replace(b"HALF", rb"\ud83d"))
    assert [event.provider_message_id for event in parsed.events] == [f"wamid.{n}" for n in range(1000)]
    assert {event.client_message_id for event in parsed.events} == {"order-77", "\ufffd"}
    assert (parsed.problems, parsed.notes) == ([], ["Characters that no text can hold: 1. Each is stored as \ufffd."])


@pytest.mark.parametrize("waba", ["0", 0])
def test_a_sample_of_the_test_button_is_named_as_one(waba):
    message = {"from": "16315551181", "id": "ABGGFlA5Fpa", "timestamp": "1504902988", "type": "text",
               "text": {"body": "this is a text message"}}  # fmt: skip
    raw = json.loads(body(messages=[message], metadata={"phone_number_id": "123456123"}))
    raw["entry"][0]["id"] = waba
    parsed = parse(json.dumps(raw).encode())
    assert (parsed.events, parsed.problems) == ([], [])
    assert parsed.notes == ["A sample of the Test button in Meta's app dashboard: the address works."]


def test_a_status_of_a_real_number_is_no_sample():
    raw = json.loads(body(statuses=[STATUS]))
    raw["entry"][0]["id"] = "0"
    assert len(parse(json.dumps(raw).encode()).events) == 1


@pytest.mark.parametrize("statuses", [{"0": STATUS}, [STATUS, "odd", None], "x"])
def test_what_is_no_list_of_objects_is_named(statuses):
    parsed = parse(body(statuses=statuses, messages=[inbound()]))
    assert parsed.problems == ["statuses is not a list of objects."]
    assert parsed.events[-1].state == "received"


def test_a_time_may_be_a_number_with_a_fraction_of_zero():
    assert parse(body(statuses=[STATUS | {"timestamp": 1750030073.0}])).events == parse(body(statuses=[STATUS])).events


def test_a_repaired_body_without_changes_is_a_problem():
    assert parse(rb'{"entry": [{}], "a": "\ud83d"}').problems == ["The body holds no changes."]


def test_a_status_of_direct_send_names_the_template_that_meta_made():
    status = {"id": "wamid.A", "status": "sent", "timestamp": "1750030073", "template_id": 1689556908129835}
    value = {"metadata": {"phone_number_id": "1"}, "statuses": [status]}
    (event,) = parse(json.dumps({"entry": [{"changes": [{"field": "messages", "value": value}]}]}).encode()).events
    assert (event.template_id, event.template_name) == ("1689556908129835", "")
