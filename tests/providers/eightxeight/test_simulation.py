"""Our own parser reads the simulated webhooks of 8x8."""

from datetime import UTC, datetime

import orjson
import pytest

from providers.eightxeight.parse import parse
from providers.eightxeight.simulation import event_webhook, report_webhook, translate_event
from providers.events import MessageEvent
from providers.scenarios import SimulatedSender
from providers.simulation import SMS, MessageRequest, SimulatedReport

UMID = "82188ee0-109f-4811-8150-020897df5459"
AT = datetime(2026, 10, 3, 4, tzinfo=UTC)


def event(state, **more):
    return MessageEvent(UMID, state, AT, subaccount_code="acme_wa", msisdn="919876543210", **more)


@pytest.mark.parametrize(
    ("state", "detail"), [("sent", ""), ("delivered", "delivered_to_recipient"), ("read", ""), ("queued", "")]
)
def test_a_status_without_a_pricing_type(state, detail):
    translated = translate_event(event(state, category="marketing", pricing_type="regular"))
    assert translated == event(state, category="marketing", detail=detail)
    assert parse(event_webhook(translated)).events == [translated]


def test_a_delivery_repeats_the_content():
    content = {"contentType": "text", "body": {"text": "Hello"}}
    (translated,) = parse(event_webhook(translate_event(event("delivered", content=content)))).events
    assert (translated.content, translated.content_type) == (content, "text")
    assert translate_event(event("read", content=content)).content is None


def test_a_failure_has_8x8s_code_and_metas_behind_it():
    translated = translate_event(event("failed", error_source="meta", error_code=131049, error_title="Not delivered"))
    assert translated == event(
        "failed", detail="rejected_by_operator", error_source="8x8", error_code=1024,
        error_title="Message suppressed", provider_error_code=131049,
    )  # fmt: skip
    assert parse(event_webhook(translated)).events == [translated]


def test_a_code_that_8x8_has_none_for_is_unknown():
    translated = translate_event(event("failed", error_source="meta", error_code=999_999))
    assert (translated.error_code, translated.error_title, translated.provider_error_code) == (
        57,
        "UnknownError",
        999_999,
    )


def test_an_sms_follows_a_failed_message_under_its_umid():
    request = MessageRequest("+6591990000", "6591990000", "utility", True, "", has_sms_fallback=True)
    sender = SimulatedSender(number_id="n", msisdn="6531580001", waba_id="1", subaccount="acme_wa")
    report = SimulatedReport(state=SMS, request=request, message_id=UMID, sender=sender, at=int(AT.timestamp()))
    payload = orjson.loads(report_webhook(report))["payload"]
    assert (payload["umid"], payload["channel"], payload["status"]["state"]) == (UMID, "sms", "delivered")
