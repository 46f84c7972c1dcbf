"""The sample bodies of the providers' documentation, through the inbox, each with its exact effect."""

import json
from datetime import UTC, datetime

import pytest

from messaging.inbound import inbox
from messaging.inbound.models import InboxItem, WebhookEndpoint
from messaging.log.models import Change, ContactEvent, Message, MessagePayload, PhoneNumber, Template
from messaging.suppression.models import Suppression, SuppressionEvent

WABA, NUMBER_ID = "102290129340398", "106540352242922"


@pytest.fixture
def take(acme):
    """Store one body at Acme's endpoint of a provider and work it off."""

    def run(provider, body):
        endpoint = WebhookEndpoint.objects.get(account=acme, provider=provider)
        inbox.store(acme.pk, endpoint.pk, provider, {}, json.dumps(body).encode())
        inbox.drain()
        item = InboxItem.objects.latest("id")
        return item.state, item.reason

    return run


def meta(**value):
    metadata = {"display_phone_number": "15550783881", "phone_number_id": NUMBER_ID}
    change = {"field": "messages", "value": {"messaging_product": "whatsapp", "metadata": metadata, **value}}
    return {"object": "whatsapp_business_account", "entry": [{"id": WABA, "changes": [change]}]}


def management(field, **value):
    changes = [{"field": field, "value": value}]
    return {"object": "whatsapp_business_account", "entry": [{"id": WABA, "time": 1739321024, "changes": changes}]}


def message(**columns):
    return Message.objects.values(*columns).get() == columns


# --- Meta: statuses --------------------------------------------------------------------------------------------------


def test_meta_delivered(take):
    status = {
        "id": "wamid.HBg", "status": "delivered", "timestamp": "1750030073", "recipient_id": "16505551234",
        "recipient_identity_key_hash": "DF2lS5v2W6x=", "biz_opaque_callback_data": "own reference",
        "conversation": {"id": "72b14d", "expiration_timestamp": "1750116480", "origin": {"type": "marketing"}},
        "pricing": {"billable": True, "pricing_model": "PMP", "type": "regular", "category": "marketing"},
    }  # fmt: skip
    assert take("meta", meta(statuses=[status], contacts=[{"wa_id": "16505551234", "user_id": "US.1234567"}])) == (
        "done",
        "",
    )
    assert message(
        status="delivered",
        delivered_at=datetime(2025, 6, 15, 23, 27, 53, tzinfo=UTC),
        msisdn="16505551234",
        country="US",
        category="marketing",
        pricing_type="regular",
        client_message_id="own reference",
    )


def test_meta_failed(take):
    error = {
        "code": 131049, "title": "This message was not delivered to maintain healthy ecosystem engagement.",
        "message": "…", "error_data": {"details": "In order to maintain a healthy ecosystem engagement"},
        "href": "https://developers.facebook.com/docs/whatsapp/cloud-api/support/error-codes/",
    }  # fmt: skip
    status = {"id": "wamid.HBg", "status": "failed", "timestamp": "1750030073", "recipient_id": "16505551234",
              "errors": [error]}  # fmt: skip
    assert take("meta", meta(statuses=[status])) == ("done", "")
    assert message(status="undelivered", error_source="meta", error_code=131049)


def test_meta_status_of_a_person_without_a_number(take):
    status = {"id": "wamid.HBg", "status": "sent", "timestamp": "1750030073",
              "recipient_user_id": "US.13491208655302741918"}  # fmt: skip
    assert take("meta", meta(statuses=[status])) == ("done", "")
    assert message(status="sent", msisdn="", user_id="US.13491208655302741918", country="US")


def test_meta_legacy_status_is_kept(take):
    status = {"id": "wamid.HBg", "status": "warning", "timestamp": "1750030073", "recipient_id": "16505551234"}
    assert take("meta", meta(statuses=[status])) == ("done", "")
    assert message(status="unknown")


def test_360dialog_speaks_metas_format(take, acme):
    number = PhoneNumber.objects.get(account=acme, provider="360dialog")
    body = meta(statuses=[{"id": "wamid.D", "status": "sent", "timestamp": "1750030073", "recipient_id": "6591234567"}])
    body["entry"][0]["changes"][0]["value"]["metadata"]["phone_number_id"] = number.provider_number_id
    assert take("360dialog", body) == ("done", "")
    assert message(provider="360dialog", phone_number_id=number.pk, status="sent")


# --- Meta: inbound of every type -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("kind", "content"),
    [
        ("text", {"text": {"body": "Does it come in another color?"}}),
        ("button", {"button": {"payload": "no", "text": "No"}, "context": {"from": "15550783881", "id": "wamid.B"}}),
        ("interactive", {"interactive": {"type": "button_reply", "button_reply": {"id": "1", "title": "Yes"}}}),
        ("interactive", {"interactive": {"type": "list_reply", "list_reply": {"id": "1", "title": "A"}}}),
        ("interactive", {"interactive": {"type": "nfm_reply", "nfm_reply": {"name": "flow", "response_json": "{}"}}}),
        ("image", {"image": {"id": "1", "mime_type": "image/jpeg", "sha256": "x", "caption": "Look"}}),
        ("video", {"video": {"id": "1", "mime_type": "video/mp4", "sha256": "x"}}),
        ("audio", {"audio": {"id": "1", "mime_type": "audio/ogg", "voice": True}}),
        ("document", {"document": {"id": "1", "filename": "a.pdf"}}),
        ("sticker", {"sticker": {"id": "1", "animated": False}}),
        ("location", {"location": {"latitude": 1.3, "longitude": 103.8, "name": "Acme"}}),
        ("contacts", {"contacts": [{"name": {"formatted_name": "Jane"}}]}),
        ("order", {"order": {"catalog_id": "1", "product_items": [{"quantity": 1, "item_price": 9.5}]}}),
        ("reaction", {"reaction": {"message_id": "wamid.B", "emoji": "👍"}}),
        ("system", {"system": {"body": "changed", "wa_id": "16505551235", "type": "user_changed_number"}}),
        ("unsupported", {"errors": [{"code": 131051, "title": "Message type unknown"}], "unsupported": {"type": "x"}}),
    ],
)
def test_meta_inbound(take, kind, content):
    inbound = {"from": "16505551234", "id": "wamid.IN", "timestamp": "1749416383", "type": kind, **content}
    contact = {"profile": {"name": "Sheena Nelson"}, "wa_id": "16505551234"}
    assert take("meta", meta(messages=[inbound], contacts=[contact])) == ("done", "")
    assert message(status="received", direction="inbound", content_type=kind, msisdn="16505551234")
    assert MessagePayload.objects.get().body == {"type": kind, **content, "profile_name": "Sheena Nelson"}


def test_meta_inbound_from_an_ad_keeps_the_referral(take):
    referral = {"source_type": "ad", "source_id": "1", "ctwa_clid": "x"}
    inbound = {"from": "16505551234", "id": "wamid.IN", "timestamp": "1749416383", "type": "text",
               "text": {"body": "Hi"}, "referral": referral}  # fmt: skip
    take("meta", meta(messages=[inbound]))
    assert MessagePayload.objects.get().body["referral"] == referral


# --- Management events -----------------------------------------------------------------------------------------------


def test_meta_template_rejected(take, acme):
    body = management(
        "message_template_status_update", event="REJECTED", message_template_id=1689556908129835,
        message_template_name="abandoned_cart", message_template_language="en", reason="INVALID_FORMAT",
        message_template_category="MARKETING", rejection_info={"reason": "A variable is at the end."},
    )  # fmt: skip
    Change.objects.all().delete()  # the demo's are younger
    assert take("meta", body) == ("done", "")
    template = Template.objects.get(account=acme, waba__waba_id=WABA, name="abandoned_cart")
    assert (template.status, template.status_reason) == ("REJECTED", "A variable is at the end.")
    change = Change.objects.get(
        subject_id=template.pk, subject="template", at=datetime(2025, 2, 12, 0, 43, 44, tzinfo=UTC)
    )
    assert change.details["message_template_id"] == 1689556908129835


def test_meta_quality_sample_with_the_field_of_another(take, acme):
    body = management(
        "message_template_status_update", previous_quality_score="GREEN", new_quality_score="YELLOW",
        message_template_id=1, message_template_name="order_update", message_template_language="en",
    )  # fmt: skip
    Change.objects.all().delete()
    assert take("meta", body) == ("done", "")
    assert Template.objects.get(waba__waba_id=WABA, name="order_update").quality == "YELLOW"


def test_meta_throughput_upgrade(take, acme):
    body = management(
        "phone_number_quality_update", display_phone_number="15550783881", event="THROUGHPUT_UPGRADE",
        current_limit="TIER_UNLIMITED",
    )  # fmt: skip
    Change.objects.all().delete()
    assert take("meta", body) == ("done", "")
    number = PhoneNumber.objects.get(account=acme, provider="meta")
    assert (number.throughput, number.messaging_limit) == ("HIGH", "TIER_UNLIMITED")


def test_meta_volume_tier(take, acme):
    info = {"tier_update_time": 1743451903, "pricing_category": "UTILITY", "tier": "25000001:50000000",
            "effective_month": "2025-11", "region": "India"}  # fmt: skip
    body = management("account_update", event="VOLUME_BASED_PRICING_TIER_UPDATE", volume_tier_info=info)
    assert take("meta", body) == ("done", "")
    change = Change.objects.get(subject="waba")
    assert (change.new, change.details["volume_tier_info"]) == ("VOLUME_BASED_PRICING_TIER_UPDATE", info)


def test_a_management_event_of_an_unknown_waba_is_parked(take):
    body = management("account_review_update", decision="APPROVED")
    body["entry"][0]["id"] = "999"
    state, reason = take("meta", body)
    assert (state, reason) == (
        "parked",
        "WABA '999' is not registered in this account: register it, and the webhook is applied.",
    )


def test_a_stop_of_marketing_messages(take, acme):
    preference = {"wa_id": "16505551234", "detail": "User requested to stop", "category": "marketing_messages",
                  "value": "stop", "timestamp": 1731705721}  # fmt: skip
    assert take("meta", management("user_preferences", user_preferences=[preference])) == ("done", "")
    assert Suppression.objects.values_list("value", "stopped_at").get() == (
        "16505551234", datetime(2024, 11, 15, 21, 22, 1, tzinfo=UTC),
    )  # fmt: skip
    assert not ContactEvent.objects.exists()


@pytest.mark.parametrize(
    ("content", "is_stopped"),
    [
        ({"type": "text", "text": {"body": "Stop!"}}, True),
        ({"type": "text", "text": {"body": "Where is the bus stop?"}}, False),
        ({"type": "button", "button": {"text": "Stop promotions", "payload": "p"}}, True),
        ({"type": "interactive", "interactive": {"button_reply": {"id": "STOP", "title": "x"}}}, True),
        ({"type": "image", "image": {"id": "1", "caption": "stop"}}, False),
        ({"type": "text", "text": {"body": "STOP"}, "group_id": "Y2FwaV9ncm91cDox"}, False),
    ],
)  # fmt: skip
def test_a_stop_word(take, content, is_stopped):
    inbound = {"from": "16505551234", "id": "wamid.HBg", "timestamp": "1750030073", **content}
    for _ in range(2):
        take("meta", meta(messages=[inbound]))
    rows = list(Suppression.objects.values_list("value", "stopped_at"))
    assert rows == ([("16505551234", datetime(2025, 6, 15, 23, 27, 53, tzinfo=UTC))] if is_stopped else [])
    assert SuppressionEvent.objects.count() == len(rows)


def test_error_131050_is_a_stop(take):
    status = {"id": "wamid.HBg", "status": "failed", "timestamp": "1750030073", "recipient_id": "16505551234",
              "errors": [{"code": 131050, "title": "User has stopped marketing"}]}  # fmt: skip
    take("meta", meta(statuses=[status]))
    assert SuppressionEvent.objects.values_list("value", "action", "source").get() == ("16505551234", "stop", "error")


def test_a_stop_word_and_a_stop_code_of_8x8(take):
    at = "2026-10-15T12:00:00Z"
    payload = {
        "umid": "d03cbbf5-3e2d-ea11-815d-020897df5459", "subAccountId": "acme_wa", "timestamp": at, "type": "Text",
        "user": {"msisdn": "+6591234567"}, "recipient": {"channel": "whatsapp"}, "content": {"text": "baja"},
    }  # fmt: skip
    take("8x8", {"namespace": "ChatApps", "eventType": "inbound_message_received", "payload": payload})
    receipt = {
        "umid": "d03cbbf5-3e2d-ea11-815d-020897df5460", "subAccountId": "acme_wa", "user": {"msisdn": "+6591234568"},
        "status": {"state": "undelivered", "timestamp": at, "errorCode": 1051},
    }  # fmt: skip
    take("8x8", {"namespace": "ChatApps", "eventType": "outbound_message_status_changed", "payload": receipt})
    assert list(SuppressionEvent.objects.order_by("value").values_list("value", "source", "reason")) == [
        ("6591234567", "word", "baja"), ("6591234568", "error", ""),
    ]  # fmt: skip


# --- 8x8 -------------------------------------------------------------------------------------------------------------


def test_8x8_receipt_of_version_9(take, acme):
    payload = {
        "umid": "d03cbbf5-3e2d-ea11-815d-020897df5459", "batchId": "cf3cbbf5-3e2d-ea11-815d-020897df5459",
        "clientMessageId": "order-77", "clientBatchId": "b1", "subAccountId": "acme_wa", "channel": "whatsapp",
        "user": {"msisdn": "+6591234567", "channelUserId": "SG.13491208655302741918"},
        "status": {"state": "delivered", "detail": "delivered_to_recipient", "timestamp": "2026-07-03T03:40:54.16Z"},
        "whatsapp": {"pricingCategory": "marketing"},
        "outboundContent": {"channel": "whatsapp", "contentType": "text", "body": {"text": "…"}},
    }  # fmt: skip
    body = {"version": 9, "namespace": "ChatApps", "eventType": "outbound_message_status_changed", "payload": payload}
    assert take("8x8", body) == ("done", "")
    assert message(
        status="delivered",
        status_detail="delivered_to_recipient",
        category="marketing",
        country="SG",
        client_message_id="order-77",
        user_id="SG.13491208655302741918",
        provider_message_id="d03cbbf5-3e2d-ea11-815d-020897df5459",
    )
    assert str(Message.objects.get().umid) == "d03cbbf5-3e2d-ea11-815d-020897df5459"
    assert Message.objects.get().phone_number == PhoneNumber.objects.get(account=acme, provider="8x8")


def test_8x8_failure_of_version_8(take):
    payload = {
        "umid": "u1", "subAccountId": "acme_wa", "channel": "whatsapp",
        "user": {"msisdn": "+6591234567", "channelUserId": "6591234567"},
        "status": {"state": "undelivered", "detail": "rejected_by_operator", "timestamp": "2026-01-01T00:00:00Z",
                   "errorCode": 15, "errorMessage": "Invalid destination"},
        "whatsapp": {"providerErrorCode": "131009"},
    }  # fmt: skip
    body = {"namespace": "ChatApps", "eventType": "outbound_message_status_changed", "payload": payload}
    assert take("8x8", body) == ("done", "")
    assert message(
        status="undelivered",
        status_detail="rejected_by_operator",
        error_source="8x8",
        error_code=15,
        error_title="Invalid destination",
        provider_error_code=131009,
    )


def test_8x8_inbound_of_version_3(take, acme):
    channel = PhoneNumber.objects.get(account=acme, provider="8x8")
    payload = {
        "umid": "u2", "subAccountId": "acme_wa", "timestamp": "2026-06-09T10:13:20.00Z",
        "user": {"msisdn": "+6591234567", "channelUserId": "SG.1349", "name": "Jane", "username": "jane"},
        "recipient": {"channel": "whatsapp", "channelId": channel.provider_number_id}, "type": "Text",
        "content": {"text": "Hello"}, "replyToUmid": "u1",
    }  # fmt: skip
    body = {"version": 3, "namespace": "ChatApps", "eventType": "inbound_message_received", "payload": payload}
    assert take("8x8", body) == ("done", "")
    assert message(status="received", phone_number_id=channel.pk, msisdn="6591234567", content_type="text")
    assert MessagePayload.objects.get().body == {
        "type": "Text", "text": "Hello", "replyToUmid": "u1", "profile_name": "Jane", "username": "jane",
    }  # fmt: skip


def test_8x8_template_paused(take, acme):
    details = {"templateId": 123, "templateName": "order_update", "templateLanguage": "en",
               "meta": {"status": "PAUSED", "reason": "NONE", "otherInfo": {"title": "FIRST_PAUSE"}}}  # fmt: skip
    body = {"eventId": "0f88f5c4", "timestamp": "2026-11-19T00:00:00.00Z", "provider": "WhatsApp",
            "businessAccountId": WABA, "accountId": "acme", "eventType": "template_status_update",
            "eventDetails": details}  # fmt: skip
    assert take("8x8", body) == ("done", "")
    template = Template.objects.get(account=acme, waba__waba_id=WABA, name="order_update")
    assert (template.status, template.status_reason) == ("PAUSED", "FIRST_PAUSE")


def test_a_language_in_two_spellings_is_one_template(take):
    template = {"message_template_id": 5, "message_template_name": "brand_new"}
    status = management("message_template_status_update", **template, message_template_language="en_US",
                        event="APPROVED", message_template_category="UTILITY")  # fmt: skip
    category = management("template_category_update", **template, message_template_language="en-US",
                          previous_category="UTILITY", new_category="MARKETING")  # fmt: skip
    for body in (status, category):
        assert take("meta", body) == ("done", "")
    created = Template.objects.get(name="brand_new")
    assert (created.language, created.status, created.category) == ("en_US", "APPROVED", "MARKETING")


def test_announced_components_are_kept(take):
    body = management(
        "message_template_components_update", message_template_id=5, message_template_name="brand_new",
        message_template_language="en", message_template_title="Order {{order_no}}",
        message_template_element="Hello {{first_name}}, order {{order_no}} is out.", message_template_footer="Acme",
        message_template_buttons=[{"message_template_button_type": "URL", "message_template_button_text": "Track",
                                   "message_template_button_url": "https://shop.example/t/{{1}}"}],
    )  # fmt: skip
    assert take("meta", body) == ("done", "")
    assert Template.objects.get(name="brand_new").components == [
        {"type": "HEADER", "format": "TEXT", "text": "Order {{order_no}}"},
        {"type": "BODY", "text": "Hello {{first_name}}, order {{order_no}} is out."},
        {"type": "FOOTER", "text": "Acme"},
        {"type": "BUTTONS", "buttons": [{"type": "URL", "text": "Track", "url": "https://shop.example/t/{{1}}"}]},
    ]
