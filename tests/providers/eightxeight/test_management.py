"""Every Business Management event of 8x8, with its exact effect."""

import json
from datetime import UTC, datetime

import pytest

from providers.eightxeight.parse import parse
from providers.events import ContactEvent

AT = datetime(2025, 1, 1, tzinfo=UTC)
TEMPLATE = {"templateId": 123, "templateName": "order_update", "templateLanguage": "en_US"}


def parsed(kind, details, timestamp="2025-01-01T00:00:00.00Z"):
    body = {"eventId": "0f88f5c4", "timestamp": timestamp, "provider": "WhatsApp", "accountId": "acme",
            "businessAccountId": "950523421983857", "eventType": kind, "eventDetails": details}  # fmt: skip
    return parse(json.dumps(body).encode())


def events_of(kind, details):
    result = parsed(kind, details)
    assert result.problems == []
    return [(str(e.subject), e.field, e.old, e.new, e.reason) for e in result.events]


@pytest.mark.parametrize(
    ("kind", "details", "expected"),
    [
        (
            "template_status_update",
            {**TEMPLATE, "meta": {"status": "PAUSED", "reason": "NONE", "otherInfo": {"title": "FIRST_PAUSE"}}},
            [("template", "status", "", "PAUSED", "FIRST_PAUSE")],
        ),
        (
            "template_quality_update",
            {**TEMPLATE, "meta": {"previousQualityScore": "GREEN", "newQualityScore": "RED"}},
            [("template", "quality", "GREEN", "RED", "")],
        ),
        (
            "template_category_update",
            {**TEMPLATE, "meta": {"previousCategory": "UTILITY", "newCategory": "MARKETING"}},
            [("template", "category", "UTILITY", "MARKETING", "")],
        ),
        (
            "template_correct_category_detection",
            {**TEMPLATE, "meta": {"category": "UTILITY", "correctCategory": "MARKETING"}},
            [("template", "advised_category", "UTILITY", "MARKETING", "")],
        ),
        (
            "phone_number_quality_update",
            {"displayPhoneNumber": "15550783881", "meta": {"event": "UPGRADE", "currentLimit": "TIER_10K",
             "oldLimit": "TIER_1K"}},
            [
                ("phone_number", "event", "", "UPGRADE", ""),
                ("phone_number", "messaging_limit", "TIER_1K", "TIER_10K", "UPGRADE"),
            ],
        ),
        (
            "phone_number_quality_update",
            {"displayPhoneNumber": "15550783881", "meta": {"event": "ONBOARDING",
             "maxDailyConversationsPerBusiness": "TIER_10K"}},
            [
                ("phone_number", "event", "", "ONBOARDING", ""),
                ("phone_number", "messaging_limit", "", "TIER_10K", "ONBOARDING"),
            ],
        ),
        (
            "account_update",
            {"event": "ACCOUNT_VIOLATION", "phoneNumber": "16505552771",
             "violationInfo": {"violationType": "USER_INITIATED_CALLS_LOW_PICKUP_RATE"}},
            [
                (
                    "phone_number",
                    "account.account_violation",
                    "",
                    "ACCOUNT_VIOLATION",
                    "USER_INITIATED_CALLS_LOW_PICKUP_RATE",
                )
            ],
        ),
        (
            "account_update",
            {"event": "BUSINESS_VERIFICATION_STATUS_UPDATE", "businessVerificationInfo": {
             "verificationStatus": "FAILED", "rejectionReasons": ["BUSINESS_NOT_ELIGIBLE"]}},
            [("waba", "account.business_verification_status_update", "", "FAILED", "BUSINESS_NOT_ELIGIBLE")],
        ),
    ],
)  # fmt: skip
def test_what_changed(kind, details, expected):
    assert events_of(kind, details) == expected


def test_letter_case_does_not_matter():
    details = {**TEMPLATE, "meta": {"status": "approved"}}
    assert events_of("Template_Status_Update", details) == [("template", "status", "", "APPROVED", "")]


def test_the_waba_and_the_time_are_beside_the_details():
    (event,) = parsed("template_status_update", {**TEMPLATE, "meta": {"status": "APPROVED"}}).events
    assert (event.waba_id, event.at, event.template_id) == ("950523421983857", AT, "123")


@pytest.mark.parametrize("kind", ["whatsapp_preference", "user_preferences"])
def test_a_preference_is_metas_own(kind):
    preference = {"wa_id": "6591234567", "user_id": "SG.1", "category": "marketing_messages", "value": "stop"}
    raw = {"value": {"user_preferences": [preference]}, "field": "user_preferences"}
    assert parsed(kind, {"rawEvent": raw}).events == [
        ContactEvent("marketing_messages", "stop", AT, "950523421983857", "", "6591234567", "SG.1", preference)
    ]


def test_a_new_user_id():
    contact = {"wa_id": "6591234567", "user_id": "SG.2"}
    (event,) = parsed("whatsapp_contact", {"rawEvent": {"value": {"contacts": [contact]}, "field": "contacts"}}).events
    assert (event.field, event.new, event.user_id, event.msisdn) == ("contacts", "SG.2", "SG.2", "6591234567")


def test_a_timestamp_that_is_none_is_named():
    assert parsed("template_status_update", {}, timestamp="soon").problems == [
        "The template_status_update cannot be used: timestamp 'soon' is not an ISO 8601 time between 2020 and 2100."
    ]


def test_an_echo_of_the_business_app_is_a_sent_message():
    payload = {"umid": "u9", "subAccountId": "acme_wa", "timestamp": "2026-06-09T10:13:20.00Z", "type": "Text",
               "user": {"msisdn": "+6591234567"}, "content": {"text": "Hello"}}  # fmt: skip
    (event,) = parse(json.dumps({"eventType": "external_app_message", "payload": payload}).encode()).events
    assert (event.state, event.direction, event.content) == ("sent", "outbound", {"type": "Text", "text": "Hello"})


@pytest.mark.parametrize(
    ("reasons", "reason"), [(["A", "B"], "A, B"), (5, ""), ({"a": 1}, ""), ("A", ""), (None, ""), ([None, {}], ", ")]
)
def test_reasons_that_are_no_list_break_nothing(reasons, reason):
    details = {
        "event": "BUSINESS_VERIFICATION_STATUS_UPDATE",
        "businessVerificationInfo": {"rejectionReasons": reasons},
    }
    (event,) = parsed("account_update", details).events
    assert event.reason == reason
