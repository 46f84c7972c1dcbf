"""The table of Meta's fields and types, and the parsers agree."""

import json

import pytest

from providers.events import CallEvent
from providers.meta.parse import parse
from providers.webhook_fields import FieldState, read_fields

TEMPLATE = {"message_template_id": 1, "message_template_name": "sale", "message_template_language": "en"}
METADATA = {"metadata": {"display_phone_number": "15550783881", "phone_number_id": "106540352242922"}}
SAMPLES = {
    "messages": METADATA | {"statuses": [{"id": "wamid.A", "status": "sent", "timestamp": "1750030073"}]},
    "smb_message_echoes": METADATA | {
        "message_echoes": [{"to": "6591234567", "id": "wamid.E", "timestamp": "1750030073"}]
    },
    "message_template_status_update": TEMPLATE | {"event": "APPROVED"},
    "message_template_quality_update": TEMPLATE | {"previous_quality_score": "GREEN", "new_quality_score": "RED"},
    "message_template_components_update": TEMPLATE | {"message_template_element": "Hello"},
    "template_category_update": TEMPLATE | {"previous_category": "UTILITY", "new_category": "MARKETING"},
    "template_correct_category_detection": TEMPLATE | {"new_category": "UTILITY", "correct_category": "MARKETING"},
    "phone_number_quality_update": {"display_phone_number": "15550783881", "event": "ONBOARDING"},
    "phone_number_name_update": {
        "display_phone_number": "15550783881", "decision": "APPROVED", "requested_verified_name": "Acme",
    },
    "account_update": {"event": "VERIFIED_ACCOUNT"},
    "account_alerts": {"entity_type": "BUSINESS", "alert_info": {"alert_type": "OBA_APPROVED"}},
    "account_review_update": {"decision": "APPROVED"},
    "business_capability_update": {"max_daily_conversations_per_business": "TIER_2K"},
    "security": {"display_phone_number": "15550783881", "event": "PIN_CHANGED", "requester": "1"},
    "calls": METADATA | {"calls": [{"id": "wacid.A", "event": "connect", "timestamp": "1750030073"}]},
    "user_preferences": METADATA | {
        "user_preferences": [{"wa_id": "6591234567", "category": "marketing_messages", "value": "stop"}]
    },
    "user_id_update": METADATA | {"user_id_update": [{"user_id": {"previous": "US.1", "current": "US.2"}}]},
    "history": METADATA | {"history": [{"threads": [
        {"id": "6591234567", "messages": [{"from": "6591234567", "id": "wamid.H", "timestamp": "1750030073"}]}
    ]}]},
    "standby": METADATA | {"messages": [{"from": "6591234567", "id": "wamid.S", "timestamp": "1750030073"}]},
}  # fmt: skip


def parsed(field, value):
    entry = {"id": "1", "time": 1739322624, "changes": [{"field": field, "value": value}]}
    return parse(json.dumps({"object": "whatsapp_business_account", "entry": [entry]}).encode())


def names(state):
    return [field.name for field in read_fields("meta").values() if field.state is state]


def types(prefix):
    return [name.removeprefix(prefix) for name in read_fields("meta", "types") if name.startswith(prefix)]


def test_each_understood_field_has_a_sample():
    assert list(SAMPLES) == names(FieldState.UNDERSTOOD)


@pytest.mark.parametrize("field", SAMPLES)
def test_an_understood_field_has_events(field):
    outcome = parsed(field, SAMPLES[field])
    assert (len(outcome.events), outcome.problems, outcome.unknown, outcome.notes) == (1, [], [], [])


@pytest.mark.parametrize("field", names(FieldState.KEPT) + names(FieldState.LEFT_OUT))
def test_a_kept_field_changes_nothing_and_says_so(field):
    outcome = parsed(field, {"messaging_product": "whatsapp", "groups": [{"group_id": "G1"}]})
    note = f"{read_fields('meta')[field].meaning} (field {field}): the webhook is kept and changes nothing."
    assert (outcome.events, outcome.problems, outcome.unknown, outcome.notes) == ([], [], [], [note])


@pytest.mark.parametrize("kind", types("messages."))
def test_a_type_of_message_is_one_event(kind):
    part = {"original_message_id": "wamid.A", "message": {"type": "text", "text": {"body": "b"}}}
    message = {"from": "6591234567", "id": "wamid.E", "timestamp": "1750030073", "type": kind, kind: part}
    outcome = parsed("messages", METADATA | {"messages": [message]})
    state = {"edit": "edited", "revoke": "revoked"}.get(kind, "received")
    assert [(event.state, event.content_type) for event in outcome.events] == [
        (state, kind if state == "received" else "")
    ]
    assert (outcome.problems, outcome.notes) == ([], [])


@pytest.mark.parametrize("word", types("statuses."))
def test_a_status_is_one_event_unless_it_is_about_no_message(word):
    status = {"id": "wamid.A", "timestamp": "1750030073", "status": word, "type": word.removeprefix("type=")}
    outcome = parsed("messages", METADATA | {"statuses": [status]})
    states = {"played": "read", "deleted": "revoked"}
    if word == "type=call":
        assert [type(event) for event in outcome.events] == [CallEvent]
    elif word.startswith("type="):
        assert (outcome.events, len(outcome.notes)) == ([], 1)
    else:
        assert [event.state for event in outcome.events] == [states.get(word, word)]


def test_a_known_field_in_an_unknown_form_is_a_problem():
    assert parsed("standby", {"messaging_product": "whatsapp"}).unknown == [
        "This form of the field 'standby' is not understood yet."
    ]


@pytest.mark.parametrize("field", ["moon_phase_update", "", None])
def test_a_field_that_nobody_knows_is_a_problem(field):
    outcome = parsed(field, {"moon": "full"})
    assert (outcome.events, outcome.unknown) == ([], [f"Field {field or ''!r} is not understood yet."])
