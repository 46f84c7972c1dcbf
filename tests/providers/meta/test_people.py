"""Who a message is from or to, what they are called, and changes of their identities."""

import json
from datetime import UTC, datetime

import pytest

from providers.events import MAX_NAME, ContactEvent, Identities
from providers.meta.parse import parse
from providers.meta.people import person

AT = datetime(2025, 6, 8, 20, 59, 43, tzinfo=UTC)


def events(field="messages", time=1749416383, **value):
    metadata = {"display_phone_number": "15550783881", "phone_number_id": "1"}
    change = {"field": field, "value": {"metadata": metadata, **value}}
    entry = {"id": "7", "time": time, "changes": [change]}
    parsed = parse(json.dumps({"object": "whatsapp_business_account", "entry": [entry]}).encode())
    assert parsed.problems == []
    return parsed.events


def message(**more):
    return {"id": "wamid.A", "timestamp": "1749416383", "type": "text", "text": {"body": "Hi"}, **more}


def change(message):
    """The change that a message announces; None: none."""
    return next((event for event in events(messages=[message]) if isinstance(event, ContactEvent)), None)


ANN = {"profile": {"name": "Ann", "username": "ann.lee"}, "user_id": "US.AAA111", "parent_user_id": "US.ENT.1"}
BO = {"profile": {"name": "Bo"}, "user_id": "SG.BBB222"}


def test_several_persons_without_a_number_in_one_body():
    first, second = events(
        contacts=[ANN, BO],
        messages=[message(from_user_id="US.AAA111"), message(id="wamid.B", from_user_id="SG.BBB222")],
    )
    assert (first.user_id, first.parent_user_id, first.username, first.profile_name) == (
        "US.AAA111", "US.ENT.1", "ann.lee", "Ann"
    )  # fmt: skip
    assert (second.user_id, second.parent_user_id, second.username, second.profile_name) == ("SG.BBB222", "", "", "Bo")


@pytest.mark.parametrize(
    ("address", "named", "parent", "contacts", "expected"),
    [
        (None, "US.AAA111", None, [], ("", "US.AAA111", "", "", "")),
        ("us.AAA111", None, None, [], ("", "US.AAA111", "", "", "")),
        ("us.aaa111", None, None, [ANN, BO], ("", "US.aaa111", "", "", "")),
        (None, "us.AAA111", None, [ANN, BO], ("", "US.AAA111", "US.ENT.1", "ann.lee", "Ann")),
        ("6591234567", None, None, [BO | {"wa_id": "6591234567"}, ANN], ("6591234567", "SG.BBB222", "", "", "Bo")),
        (None, None, "US.ENT.1", [ANN | {"user_id": None}, BO], ("", "US.ENT.1", "US.ENT.1", "", "")),
        (None, None, None, [ANN], ("", "US.AAA111", "US.ENT.1", "ann.lee", "Ann")),
        (None, None, None, [ANN, BO], ("", "", "", "", "")),
        (None, "US." + "1" * 138, None, [], ("", "", "", "", "")),
        ("US." + "1" * 129, None, None, [], ("", "", "", "", "")),
        (None, "US." + "1" * 128, None, [], ("", "US." + "1" * 128, "", "", "")),
        (None, {"user": 1}, None, [], ("", "", "", "", "")),
    ],
)  # fmt: skip
def test_the_person_of_a_message(address, named, parent, contacts, expected):
    assert person(address, named, parent, contacts) == expected


@pytest.mark.parametrize(
    ("profile", "names"),
    [
        ({"name": "Ünal 🙋‍♀️", "username": "@u.nal_1"}, ("u.nal_1", "Ünal 🙋‍♀️")),
        ({"name": "أحمد", "username": "Ahmad"}, ("Ahmad", "أحمد")),
        ({"name": "x" * 600}, ("", "x" * MAX_NAME)),
        ({"name": " ", "username": "two words"}, ("", "")),
        ({"name": 5, "username": ["a"]}, ("", "5")),
        ("Ann", ("", "")),
    ],
)
def test_names(profile, names):
    (event,) = events(
        contacts=[{"profile": profile, "wa_id": "6591234567"}], messages=[message(**{"from": "6591234567"})]
    )
    assert (event.username, event.profile_name) == names


def test_half_an_emoji_in_a_name():
    body = json.dumps({"entry": [{"id": "7", "changes": [{"field": "messages", "value": {
        "metadata": {"phone_number_id": "1"}, "messages": [message(from_user_id="US.1")],
        "contacts": [{"profile": {"name": "Ann HALF"}, "user_id": "US.1"}],
    }}]}]}).replace("HALF", "\\ud83d")  # fmt: skip
    (event,) = parse(body.encode()).events
    assert event.profile_name == "Ann �"


def test_the_persons_of_statuses_and_echoes():
    status = {"id": "wamid.A", "status": "sent", "timestamp": "1749416383", "recipient_user_id": "US.AAA111",
              "parent_recipient_user_id": "US.ENT.2"}  # fmt: skip
    echo = message(to="6591234567", to_user_id="SG.1", to_parent_user_id="SG.ENT.1")
    sent, echoed = events(statuses=[status], contacts=[ANN], message_echoes=[echo])
    assert (sent.msisdn, sent.user_id, sent.parent_user_id, sent.username) == ("", "US.AAA111", "US.ENT.2", "ann.lee")
    assert (echoed.msisdn, echoed.user_id, echoed.parent_user_id) == ("6591234567", "SG.1", "SG.ENT.1")


SYSTEM = {"type": "system", "from": "6591111111"}


@pytest.mark.parametrize(
    ("announcement", "identities", "previous"),
    [
        (SYSTEM | {"system": {"type": "user_changed_number", "wa_id": "6592222222"}},
         ("6592222222", "", ""), Identities("6591111111")),
        (SYSTEM | {"system": {"type": "customer_changed_number", "new_wa_id": "6592222222"}},
         ("6592222222", "", ""), Identities("6591111111")),
        (SYSTEM | {"from_user_id": "SG.2", "system": {
            "type": "user_changed_number", "wa_id": "6592222222", "user_id": "SG.2", "previous_user_id": "SG.1",
            "parent_user_id": "SG.ENT.2", "previous_parent_user_id": "SG.ENT.1"}},
         ("6592222222", "SG.2", "SG.ENT.2"), Identities("6591111111", "SG.1", "SG.ENT.1")),
        (SYSTEM | {"from_user_id": "SG.1", "system": {"type": "user_changed_number", "wa_id": "6592222222"}},
         ("6592222222", "SG.1", ""), Identities("6591111111", "SG.1")),
        ({"type": "system", "from_user_id": "SG.1", "system": {
            "type": "user_changed_user_id", "user_id": "SG.2", "previous_user_id": "SG.1"}},
         ("", "SG.2", ""), Identities("", "SG.1")),
        (SYSTEM | {"system": {"type": "user_changed_user_id", "user_id": "SG.2", "previous_user_id": "SG.1"}},
         ("6591111111", "SG.2", ""), Identities("6591111111", "SG.1")),
    ],
)  # fmt: skip
def test_a_system_message_announces_a_change(announcement, identities, previous):
    event = change(message(**announcement))
    assert (event.msisdn, event.user_id, event.parent_user_id) == identities
    assert (event.previous, event.at, event.provider_message_id) == (previous, AT, "wamid.A")


@pytest.mark.parametrize("kind", ["customer_identity_changed", "", None, "group_created"])
def test_other_system_messages_announce_none(kind):
    assert change(message(**SYSTEM, system={"type": kind, "wa_id": "6592222222"})) is None


@pytest.mark.parametrize(
    "update",
    [
        {"user_id": {"previous": "SG.1", "current": "SG.2"}},
        {"user_id": "SG.2", "previous_user_id": "SG.1"},
        {"new_user_id": "SG.2", "old_user_id": "SG.1"},
    ],
)
def test_an_update_of_a_user_id(update):
    update = {"wa_id": "6591234567", "timestamp": "1749416383", **update}
    (event,) = events("user_id_update", 1749416400, user_id_update=[update], contacts=[BO | {"user_id": "SG.2"}])
    assert (event.msisdn, event.user_id, event.previous, event.at) == (
        "6591234567", "SG.2", Identities("", "SG.1"), AT
    )  # fmt: skip
    assert (event.profile_name, event.waba_id, event.number_id) == ("Bo", "7", "1")
