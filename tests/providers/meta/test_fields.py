"""The table of Meta's fields, the parsers and the documentation agree."""

import json

import pytest

from providers.meta.fields import FieldState, fields
from providers.meta.parse import parse
from tests.provider_servers import ROOT

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
    "user_preferences": METADATA | {
        "user_preferences": [{"wa_id": "6591234567", "category": "marketing_messages", "value": "stop"}]
    },
    "user_id_update": METADATA | {"user_id_update": [{"user_id": {"previous": "US.1", "current": "US.2"}}]},
}  # fmt: skip


def parsed(field, value):
    entry = {"id": "1", "time": 1739322624, "changes": [{"field": field, "value": value}]}
    return parse(json.dumps({"object": "whatsapp_business_account", "entry": [entry]}).encode())


def names(state):
    return [field.name for field in fields().values() if field.state is state]


def test_each_field_has_a_meaning_and_a_source():
    assert all(field.meaning and field.source for field in fields().values())


def test_each_understood_field_has_a_sample():
    assert list(SAMPLES) == names(FieldState.UNDERSTOOD)


@pytest.mark.parametrize("field", SAMPLES)
def test_an_understood_field_has_events(field):
    outcome = parsed(field, SAMPLES[field])
    assert (len(outcome.events), outcome.problems, outcome.unknown, outcome.notes) == (1, [], [], [])


@pytest.mark.parametrize("field", names(FieldState.KEPT))
def test_a_kept_field_changes_nothing_and_says_so(field):
    outcome = parsed(field, {"messaging_product": "whatsapp", "groups": [{"group_id": "G1"}]})
    note = f"{fields()[field].meaning} (field {field}): the webhook is kept and changes nothing."
    assert (outcome.events, outcome.problems, outcome.unknown, outcome.notes) == ([], [], [], [note])


@pytest.mark.parametrize("field", ["moon_phase_update", "", None])
def test_a_field_that_nobody_knows_is_a_problem(field):
    outcome = parsed(field, {"moon": "full"})
    assert (outcome.events, outcome.unknown) == ([], [f"Field {field or ''!r} is not understood yet."])


def test_the_documentation_lists_the_kept_fields():
    lines = (ROOT / "docs" / "webhooks.md").read_text().splitlines()
    rows = [f"| `{field.name}` | {field.meaning} | {field.source} |" for field in fields().values()
            if field.state is FieldState.KEPT]  # fmt: skip
    start = lines.index(rows[0])
    assert lines[start : start + len(rows) + 1] == [*rows, ""]
