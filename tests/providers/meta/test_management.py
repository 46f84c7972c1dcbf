"""Every management webhook of the reference pages, with its exact effect."""

import json
from datetime import UTC, datetime

import pytest

from providers.events import ContactEvent
from providers.meta.parse import parse

AT = datetime(2025, 2, 12, 1, 10, 24, tzinfo=UTC)


def events(value, field="some_field", time=1739322624):
    entry = {"id": "102290129340398", "time": time, "changes": [{"field": field, "value": value}]}
    parsed = parse(json.dumps({"object": "whatsapp_business_account", "entry": [entry]}).encode())
    assert parsed.problems == []
    return parsed.events


def events_of(value):
    """(subject, field, old, new, reason) of each change."""
    return [(str(e.subject), e.field, e.old, e.new, e.reason) for e in events(value)]


TEMPLATE = {
    "message_template_id": 1689556908129835,
    "message_template_name": "abandoned_cart",
    "message_template_language": "en",
}
NUMBER = {"display_phone_number": "15550783881"}


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (
            {"event": "REJECTED", **TEMPLATE, "reason": "INVALID_FORMAT", "rejection_info": {"reason": "Bad variable"}},
            [("template", "status", "", "REJECTED", "Bad variable")],
        ),
        ({"event": "APPROVED", **TEMPLATE, "reason": "NONE"}, [("template", "status", "", "APPROVED", "")]),
        (
            {"event": "PAUSED", **TEMPLATE, "reason": None, "other_info": {"title": "FIRST_PAUSE"}},
            [("template", "status", "", "PAUSED", "FIRST_PAUSE")],
        ),
        (
            {**TEMPLATE, "previous_quality_score": "GREEN", "new_quality_score": "YELLOW"},
            [("template", "quality", "GREEN", "YELLOW", "")],
        ),
        (
            {**TEMPLATE, "previous_category": "UTILITY", "new_category": "MARKETING"},
            [("template", "category", "UTILITY", "MARKETING", "")],
        ),
        (
            {**TEMPLATE, "correct_category": "MARKETING", "new_category": "UTILITY"},
            [("template", "coming_category", "UTILITY", "MARKETING", "")],
        ),
        ({**TEMPLATE, "message_template_element": "Hi"}, [("template", "components", "", "EDITED", "")]),
        (
            {**NUMBER, "event": "THROUGHPUT_UPGRADE", "current_limit": "TIER_UNLIMITED"},
            [
                ("phone_number", "event", "", "THROUGHPUT_UPGRADE", ""),
                ("phone_number", "messaging_limit", "", "TIER_UNLIMITED", "THROUGHPUT_UPGRADE"),
                ("phone_number", "throughput", "", "HIGH", ""),
            ],
        ),
        (
            {**NUMBER, "event": "UPGRADE", "old_limit": "TIER_1K", "current_limit": "TIER_10K"},
            [
                ("phone_number", "event", "", "UPGRADE", ""),
                ("phone_number", "messaging_limit", "TIER_1K", "TIER_10K", "UPGRADE"),
            ],
        ),
        (
            {**NUMBER, "event": "ONBOARDING", "max_daily_conversations_per_business": "TIER_2K"},
            [
                ("phone_number", "event", "", "ONBOARDING", ""),
                ("phone_number", "messaging_limit", "", "TIER_2K", "ONBOARDING"),
            ],
        ),
        (
            {**NUMBER, "event": "FLAGGED"},
            [("phone_number", "event", "", "FLAGGED", ""), ("phone_number", "flag", "", "FLAGGED", "")],
        ),
        (
            {**NUMBER, "decision": "REJECTED", "requested_verified_name": "Acme", "rejection_reason": "NAME_FORMAT"},
            [("phone_number", "display_name", "", "REJECTED", "NAME_FORMAT")],
        ),
        (
            {**NUMBER, "event": "PIN_CHANGED", "requester": "123"},
            [("phone_number", "security", "", "PIN_CHANGED", "123")],
        ),
        ({"decision": "APPROVED"}, [("waba", "review", "", "APPROVED", "")]),
        ({"max_daily_conversation_per_phone": 2000}, [("waba", "messaging_limit", "", "TIER_2K", "")]),
        ({"max_daily_conversations_per_business": "TIER_10K"}, [("waba", "messaging_limit", "", "TIER_10K", "")]),
        (
            {
                "entity_type": "BUSINESS",
                "alert_info": {"alert_type": "OBA_APPROVED", "alert_description": "Blue badge"},
            },
            [("waba", "alert", "", "OBA_APPROVED", "Blue badge")],
        ),
        (
            {"event": "ACCOUNT_VIOLATION", "violation_info": {"violation_type": "ADULT"}},
            [("waba", "account.account_violation", "", "ACCOUNT_VIOLATION", "ADULT")],
        ),
        (
            {
                "event": "ACCOUNT_RESTRICTION",
                "restriction_info": [{"restriction_type": "RESTRICTED_UTILITY_TEMPLATES"}],
            },
            [("waba", "account.account_restriction", "", "ACCOUNT_RESTRICTION", "RESTRICTED_UTILITY_TEMPLATES")],
        ),
        (
            {"event": "DISABLED_UPDATE", "ban_info": {"waba_ban_state": "SCHEDULE_FOR_DISABLE"}},
            [("waba", "account.disabled_update", "", "DISABLED_UPDATE", "SCHEDULE_FOR_DISABLE")],
        ),
        ({"event": "VERIFIED_ACCOUNT"}, [("waba", "account.verified_account", "", "VERIFIED_ACCOUNT", "")]),
        (
            {"event": "PARTNER_REMOVED", "disconnection_info": {"reason": "PRIMARY_INACTIVITY"}},
            [("waba", "account.partner_removed", "", "PARTNER_REMOVED", "PRIMARY_INACTIVITY")],
        ),
        (
            {"event": "BUSINESS_PRIMARY_LOCATION_COUNTRY_UPDATE", "country": "SG"},
            [
                (
                    "waba",
                    "account.business_primary_location_country_update",
                    "",
                    "BUSINESS_PRIMARY_LOCATION_COUNTRY_UPDATE",
                    "SG",
                )
            ],
        ),
    ],
)
def test_what_changed(value, expected):
    assert events_of(value) == expected


def test_a_change_carries_its_waba_its_template_its_time_and_the_announcement():
    value = {"event": "APPROVED", **TEMPLATE, "message_template_category": "MARKETING"}
    (event,) = events(value)
    assert (event.waba_id, event.at, event.details) == ("102290129340398", AT, value)
    assert (event.template_name, event.template_language) == ("abandoned_cart", "en")
    assert (event.template_id, event.template_category) == ("1689556908129835", "MARKETING")


def test_a_volume_tier_counts_from_its_own_time():
    info = {"tier_update_time": 1743451903, "pricing_category": "UTILITY", "tier": "25000001:50000000",
            "effective_month": "2025-11", "region": "India"}  # fmt: skip
    (event,) = events({"event": "VOLUME_BASED_PRICING_TIER_UPDATE", "volume_tier_info": info})
    assert event.at == datetime(2025, 3, 31, 20, 11, 43, tzinfo=UTC)
    assert event.reason == "India UTILITY 25000001:50000000 2025-11"


@pytest.mark.parametrize(
    "changes",
    [{"effective_month": "2026-13"}, {"effective_month": "soon"}, {"effective_month": "12-2026"}, {"tier": "500:1"},
     {"tier": "abc"}, {"tier": ""}],
)  # fmt: skip
def test_a_volume_tier_that_would_be_counted_wrongly_is_a_problem(changes):
    info = {"pricing_category": "UTILITY", "tier": "100001:1000000", "effective_month": "2026-11", "region": "Germany"}
    value = {"event": "VOLUME_BASED_PRICING_TIER_UPDATE", "volume_tier_info": info | changes}
    body = {"entry": [{"id": "1", "changes": [{"field": "account_update", "value": value}]}]}
    parsed = parse(json.dumps(body).encode())
    assert (parsed.events, len(parsed.problems)) == ([], 1)


def test_an_alert_about_a_number_names_it():
    (event,) = events({"entity_type": "PHONE_NUMBER", "entity_id": 106540352242922, "alert_info": {"alert_type": "X"}})
    assert (event.subject, event.number_id) == ("phone_number", "106540352242922")


def test_a_person_who_wants_no_marketing():
    preference = {"wa_id": "16505551234", "detail": "User requested to stop", "category": "marketing_messages",
                  "value": "stop", "timestamp": 1731705721}  # fmt: skip
    value = {"metadata": {"phone_number_id": "106540352242922"}, "user_preferences": [preference]}
    assert events(value) == [
        ContactEvent(
            field="marketing_messages",
            new="stop",
            at=datetime(2024, 11, 15, 21, 22, 1, tzinfo=UTC),
            waba_id="102290129340398",
            number_id="106540352242922",
            msisdn="16505551234",
            details=preference,
        )
    ]


def test_an_entry_without_a_time_leaves_it_to_the_receipt():
    (event,) = events({"decision": "APPROVED"}, time=None)
    assert event.at is None


@pytest.mark.parametrize("name", [None, "", " ", {}])
def test_a_template_without_a_name_is_a_problem(name):
    change = {
        "field": "message_template_status_update",
        "value": TEMPLATE | {"event": "APPROVED", "message_template_name": name},
    }
    parsed = parse(json.dumps({"entry": [{"id": "1", "changes": [change]}]}).encode())
    assert parsed.problems == ["The message_template_status_update cannot be used: the template has no name."]


@pytest.mark.parametrize(("written", "template_id"), [(0, ""), ("0", ""), (" 7 ", "7"), (7, "7")])
def test_an_id_of_zero_is_none(written, template_id):
    (event,) = events(TEMPLATE | {"event": "APPROVED", "message_template_id": written})
    assert event.template_id == template_id


def test_components_without_a_body_are_unknown():
    (event,) = events(TEMPLATE | {"message_template_element": None})
    assert (event.field, event.components) == ("components", None)


@pytest.mark.parametrize(
    ("more", "source"),
    [
        ({"source": "AUTO_GENERATED"}, "AUTO_GENERATED"),
        ({"message_template_source": "auto_generated"}, "AUTO_GENERATED"),
        ({}, ""),
    ],
)
def test_who_made_a_template(more, source):
    (event,) = events({"event": "APPROVED", **TEMPLATE, **more})
    assert event.template_source == source
