import json
from datetime import UTC, datetime

import pytest

from core.strict_json import Unparsable
from providers.eightxeight.parse import parse
from providers.events import LegEvent, MessageEvent
from providers.vocabulary import Direction

RECEIPT = {
    "umid": "d03cbbf5-3e2d-ea11-815d-020897df5459",
    "clientMessageId": "order-77",
    "subAccountId": "acme_wa",
    "channel": "whatsapp",
    "user": {"msisdn": "+6591234567", "channelUserId": "SG.13491208655302741918"},
    "status": {
        "state": "delivered",
        "detail": "delivered_to_recipient",
        "timestamp": "2026-07-03T03:40:54.16Z",
    },
    "whatsapp": {"pricingCategory": "marketing"},
}


def receipt(**changes):
    envelope = {"version": 9, "namespace": "ChatApps", "eventType": "outbound_message_status_changed"}
    return json.dumps(envelope | {"payload": RECEIPT | changes}).encode()


def status(state, detail=None, **more):
    fields = {"state": state, "timestamp": "2026-07-03T03:40:54.16Z", **more}
    return receipt(status=fields | ({"detail": detail} if detail else {}))


def test_a_receipt_of_version_9():
    content = {"channel": "whatsapp", "contentType": "text", "body": {"text": "Hi"}}
    assert parse(receipt(outboundContent=content)).events == [
        MessageEvent(
            provider_message_id="d03cbbf5-3e2d-ea11-815d-020897df5459",
            state="delivered",
            at=datetime(2026, 7, 3, 3, 40, 54, 160000, tzinfo=UTC),
            subaccount_code="acme_wa",
            msisdn="6591234567",
            user_id="SG.13491208655302741918",
            content_type="text",
            category="marketing",
            client_message_id="order-77",
            detail="delivered_to_recipient",
            content=content,
        )
    ]


def test_version_8_writes_the_digits_as_user_id():
    event = parse(receipt(user={"msisdn": "+6591234567", "channelUserId": "6591234567"})).events[0]
    assert (event.msisdn, event.user_id) == ("6591234567", "")


@pytest.mark.parametrize(
    ("state", "detail", "ours"),
    [
        ("queued", None, "queued"),
        ("delivered", "delivered_to_operator", "sent"),
        (" Delivered ", " Delivered_To_Carrier ", "sent"),
        ("delivered", "delivered_to_recipient", "delivered"),
        ("delivered", None, "delivered"),
        ("Read", None, "read"),
        ("undelivered", "rejected_by_operator", "failed"),
        ("failed", None, "failed"),
        ("rejected", None, "rejected"),
        ("ok", None, "ok"),
    ],
)
def test_states(state, detail, ours):
    assert parse(status(state, detail)).events[0].state == ours


def test_a_failure_keeps_both_codes():
    failed = json.loads(status("undelivered", "rejected_by_operator", errorCode=15, errorMessage="Invalid destination"))
    failed["payload"]["whatsapp"] = {"providerErrorCode": "131009"}
    event = parse(json.dumps(failed).encode()).events[0]
    assert (event.error_source, event.error_code, event.provider_error_code) == ("8x8", 15, 131009)
    assert event.error_title == "Invalid destination"


def test_the_template_comes_with_the_content():
    content = {"contentType": "template", "template": {"name": "order_update", "language": "en", "category": "UTILITY"}}
    event = parse(receipt(outboundContent=content, whatsapp={})).events[0]
    assert (event.template_name, event.template_language) == ("order_update", "en")
    assert (event.category, event.template_category) == ("", "utility")


def test_an_inbound_message_of_version_3():
    payload = {"umid": "u1", "subAccountId": "acme_wa", "timestamp": "2026-06-09T10:13:20.00Z",
               "user": {"msisdn": "+6591234567", "channelUserId": "SG.1349", "name": "Jane", "username": "jane.doe"},
               "recipient": {"channel": "whatsapp", "channelId": "c1"}, "type": "Text",
               "content": {"text": "Hello"}}  # fmt: skip
    data = {"eventType": "inbound_message_received", "payload": payload}
    assert parse(json.dumps(data).encode()).events == [
        MessageEvent(
            provider_message_id="u1",
            state="received",
            at=datetime(2026, 6, 9, 10, 13, 20, tzinfo=UTC),
            direction=Direction.INBOUND,
            number_id="c1",
            subaccount_code="acme_wa",
            msisdn="6591234567",
            user_id="SG.1349",
            username="jane.doe",
            profile_name="Jane",
            content_type="text",
            content={"type": "Text", "text": "Hello", "profile_name": "Jane", "username": "jane.doe"},
        )
    ]


@pytest.mark.parametrize(
    ("kind", "payload"),
    [
        ("outbound_message_status_changed", RECEIPT),
        ("outbound_message_status_changed", RECEIPT | {"channel": "sms"}),
        ("external_app_message", {"timestamp": "2026-06-09T10:13:20Z"}),
        ("inbound_message_received", {"timestamp": "2026-06-09T10:13:20Z"}),
    ],
)
def test_a_umid_has_one_spelling(kind, payload):
    data = {"eventType": kind, "payload": payload | {"umid": f"{{{RECEIPT['umid'].upper()}}}"}}
    event = parse(json.dumps(data).encode()).events[0]
    message = event.message if isinstance(event, LegEvent) else event
    assert message.provider_message_id == RECEIPT["umid"]


def test_the_umid_of_a_quoted_message_has_one_spelling():
    payload = {"umid": "u1", "timestamp": "2026-06-09T10:13:20Z", "replyToUmid": RECEIPT["umid"].upper()}
    data = {"eventType": "inbound_message_received", "payload": payload}
    assert parse(json.dumps(data).encode()).events[0].content["replyToUmid"] == RECEIPT["umid"]


def test_an_event_that_is_not_understood_is_named():
    assert parse(b'{"eventType": "Something_New"}').unknown == ["Event type 'something_new' is not understood yet."]


@pytest.mark.parametrize(
    ("payload", "problem"),
    [
        ({"umid": ""}, "payload.umid is missing"),
        ({"status": {"state": "read"}}, "timestamp '' is not an ISO 8601 time between 2020 and 2100"),
        ({"status": {"state": "read", "timestamp": "10000-01-01T00:00:00Z"}}, "timestamp '10000-01-01T00:00:00Z'"),
        ({"status": "read"}, "timestamp ''"),
    ],
)
def test_what_is_missing_is_named(payload, problem):
    parsed = parse(receipt(**payload))
    assert not parsed.events
    assert problem in parsed.problems[0]


def test_a_body_that_is_not_of_8x8():
    with pytest.raises(Unparsable, match="no `eventType`"):
        parse(b"{}")


# --- Other channels --------------------------------------------------------------------------------------------------
def other(namespace="ChatApps", kind="outbound_message_status_changed", **payload):
    payload = RECEIPT | {"timestamp": "2026-07-03T03:40:54.16Z"} | payload
    return json.dumps({"namespace": namespace, "eventType": kind, "payload": payload}).encode()


@pytest.mark.parametrize(
    ("raw", "channel"),
    [
        (other(channel="sms"), "sms"),
        (other(channel="ZaloNotification"), "zalonotification"),
        (other(channel="RCS", kind="inbound_message_received"), "rcs"),
        (other(channel=None, recipient={"channel": "viber"}, kind="inbound_message_received"), "viber"),
        (other(channel=None, outboundContent={"channel": "line"}), "line"),
        (other("SMS", channel=None), "sms"),
        (other("SMS", channel=None, kind="inbound_message_received", body="STOP"), "sms"),
        (other("sms ", channel="whatsapp"), "sms"),
        (other(channel=None, recipient="sms"), "sms"),
        (other("Viber", channel=None), "viber"),
        (
            other(channel=None, status={"state": "sent", "timestamp": "2026-07-03T03:40:54.16Z", "channel": "SMS"}),
            "sms",
        ),
        (other(channel="sms", kind="external_app_message"), "sms"),
    ],
)
def test_a_message_of_another_channel_is_none_of_whatsapp(raw, channel):
    parsed = parse(raw)
    assert [(type(event), event.channel) for event in parsed.events] == [(LegEvent, channel)]
    assert (parsed.problems, parsed.notes) == ([], [])


@pytest.mark.parametrize("channel", [None, "", "WhatsApp", "WHATSAPP", "WhatsApp "])
def test_whatsapp_is_the_channel_unless_another_is_named(channel):
    assert len(parse(other(channel=channel)).events) == 1


def test_a_bad_text_is_replaced():
    raw = receipt(outboundContent={"body": {"text": "HALF"}}).replace(b"HALF", rb"\udc00 \u0000")
    parsed = parse(raw)
    assert parsed.events[0].content == {"body": {"text": "\ufffd \ufffd"}}
    assert parsed.notes == ["Characters that no text can hold: 2. Each is stored as \ufffd."]


@pytest.mark.parametrize("channel", [["sms"], {"name": "sms"}, 5, True, "telegram"])
def test_what_is_no_channel_is_quarantined(channel):
    parsed = parse(other(channel=channel))
    assert parsed.events == []
    assert parsed.problems[0].endswith("is no known channel.")
