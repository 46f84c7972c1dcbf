"""8x8's shape: every code, batches, details, cancelling, and the answers to invalid fields."""

import json
from copy import deepcopy
from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

import orjson
import pytest

from accounts import throttling
from accounts.enums import Permission
from accounts.models import ApiKey, Subaccount
from accounts.services import create_api_key
from messaging.log.lifecycle.provider_ids import reference
from messaging.log.models import Message, PhoneNumber, Template
from messaging.sending import senders, settlement
from messaging.sending.eightxeight import Refusal, read
from messaging.sending.eightxeight.message import e164
from messaging.sending.models import Submission
from messaging.sending.requests import Origin
from providers.registry import VENDORS
from tests.messaging.sending import bodies
from tests.messaging.sending.conftest import send_due
from tests.people import principal
from tests.traffic import deliver

pytestmark = pytest.mark.django_db
SEND = "/api/v1/subaccounts/acme_wa/messages"
SALE = {"name": "order_update", "language": "en"}
BODY = {"type": "body", "parameters": [bodies.JANE, bodies.JANE]}
SOON = datetime.now(UTC) + timedelta(days=1)


def with_content(**content):
    return {**bodies.TO, "type": "template", "content": {"template": {**SALE, "components": [BODY], **content}}}


def with_component(**component):
    return with_content(name="rich", language="en_US", components=[component])


@pytest.fixture
def rich(acme):
    """A template with a header, a body and two buttons, of every WABA."""
    for number in PhoneNumber.objects.filter(account=acme):
        Template.objects.get_or_create(
            account=acme, waba=number.waba, name="rich", language="en_US", category="MARKETING", status="APPROVED",
            components=bodies.RICH,
        )  # fmt: skip


@pytest.mark.parametrize(
    ("change", "code", "named"),
    [
        ({"user": None}, 3001, "user"),
        ({"user": {}}, 3002, "user.msisdn"),
        ({"user": {"msisdn": 6591990000}}, 3003, "user.msisdn"),
        ({"user": {"msisdn": "+65000001"}}, 1002, "user.msisdn"),
        ({"user": {"msisdn": "91990000"}}, 1002, "user.msisdn"),
        ({"user": {"msisdn": "91990000", "country": "XX"}}, 3018, "user.country"),
        ({"user": {"msisdn": "+5352123456"}}, 1009, "Cuba"),
        ({"user": {"channelUserId": "no"}}, 3047, "user.channelUserId"),
        ({"content": None}, 3004, "content"),
        ({"type": "fax"}, 3010, "type"),
        ({"type": "carousel"}, 3010, "type"),
        ({"content": {}}, 3005, "content.text"),
        ({"content": {"text": "x" * 4097}}, 3006, "content.text"),
        ({"type": "image", "content": {}}, 3007, "content.url"),
        ({"type": "image", "content": {"url": "ftp://a"}}, 3008, "content.url"),
        ({"clientMessageId": "x" * 51}, 3009, "clientMessageId"),
        ({"content": {"text": "a", "sms": {"source": "x" * 17}}}, 3011, "content.sms.source"),
        ({"content": {"text": "a", "sms": {"encoding": "EBCDIC"}}}, 1003, "content.sms.encoding"),
        ({"content": {"text": "a", "fallbackText": "x" * 35_001}}, 3017, "content.fallbackText"),
        ({"dlrCallbackUrl": "nowhere"}, 3020, "dlrCallbackUrl"),
        ({"dlrCallbackUrl": "https://10.0.0.1/"}, 3020, "dlrCallbackUrl"),
        ({"type": "location", "content": {"location": {"latitude": 91}}}, 3021, "content.location.latitude"),
        ({"channels": [{"channel": "Fax"}]}, 3022, "channels[0].channel"),
        ({"channels": [{"channel": "SMS", "fallbackAfter": 9}]}, 3023, "channels[0].fallbackAfter"),
        ({"channels": [{"channel": "SMS", "successStatus": "Eaten"}]}, 3024, "channels[0].successStatus"),
        ({"context": {}}, 3029, "context.umid"),
        ({"context": {"umid": str(uuid4())}}, 1008, "context.umid"),
        ({"scheduled": "tomorrow"}, 1011, "scheduled"),
        ({"scheduled": "2020-01-01T00:00:00Z"}, 1011, "scheduled"),
        ({"expiry": "2020-01-01T00:00:00Z"}, 1006, "expiry"),
        ({"type": "interactive", "content": {"interactive": {"type": "x"}}}, 1000, "content.interactive.type"),
        ({"tollgate": {"source": "x"}}, 1000, "tollgate.source"),
        ({"type": "template", "content": {}}, 3030, "content.template"),
        (with_content(name=""), 3031, "name"),
        (with_content(name="x" * 513), 3031, "name"),
        (with_content(name="Order Update"), 3032, "name"),
        (with_content(components=[{**BODY, "parameters": [bodies.JANE] * 3}]), 3033,
         "the body of order_update takes 2 parameters, 3 are given."),
        (with_content(components=[BODY, BODY]), 3034, "components[1].type"),
        (with_content(components=[{"type": "header", "parameters": [bodies.JANE]}, BODY]), 3034, "no header"),
        (with_content(language=""), 3036, "language"),
        (with_content(language="English"), 3037, "language"),
        (with_content(name="no_such"), 3038, "Template not found for provided name and language"),
        (with_content(language="de"), 3038, "Template not found for provided name and language"),
        (with_content(components=[{"type": "tail"}]), 3039, "components[0].type"),
        (with_content(components=[]), 3040, "the body of order_update takes 2 parameters, none is given."),
        (with_content(components=[{"type": "body"}]), 3040, "none is given."),
        (with_content(components=[{**BODY, "parameters": [bodies.JANE]}]), 3041, "takes 2 parameters, 1 is given."),
        (with_content(components=[{**BODY, "parameters": ["Jane", "77"]}]), 3042, "parameters[0]"),
        (with_content(components=[{**BODY, "parameters": [{"type": "word"}] * 2}]), 3042, "parameters[0].type"),
        (with_content(components=[{**BODY, "parameters": [bodies.JANE, {**bodies.JANE, "text": "x" * 1025}]}]), 3043,
         "parameters[1].text"),
        (with_content(components=[{**BODY, "parameters": [bodies.JANE, {"type": "image"}]}]), 3045, "[1].type"),
        (with_component(type="header", parameters=[{"type": "image", "url": "a.jpg"}]), 3046, "parameters[0].url"),
        (with_component(type="button", subType="tap", parameters=[]), 3052, "subType"),
        (with_component(type="button", subType="url", index=2, parameters=[bodies.JANE]), 3053,
         "rich has 2 buttons, counted from 0."),
        (with_component(type="button", subType="flow", parameters=[]), 3052,
         "button 0 of rich is of type URL; give Url."),
        (with_component(type="button", subType="url", parameters=[]), 3040, "a url button takes 1 parameter"),
        (with_component(type="header", parameters=[]), 3040, "the header of rich takes 1 parameter, none is given."),
        (with_content(components=[{**BODY, "type": "footer"}]), 3045, "a footer takes none; leave them out."),
        (with_content(components=[BODY, {"type": "carousel"}]), 3034, "order_update has no carousel; leave it out."),
        ({"user": {"msisdn": "+6531580001"}}, 1002, "is the number that sends: give another recipient."),
        ({"expiry": "2099-01-01T00:00:00Z"}, 1006, "'expiry' is more than a year ahead: give an earlier time."),
        (with_component(type="button", subType="url", index="a", parameters=[bodies.JANE]), 3053, "index"),
        (with_component(type="button", subType="url", parameters=[{"type": "payload", "payload": "x"}]), 3049,
         "parameters[0].type"),
    ],
)  # fmt: skip
def test_a_wrong_field_has_its_code(rich, post, change, code, named):
    answer = post(SEND, {**bodies.TEXT, **change})
    error = answer.json()
    assert (answer.status_code, error["code"]) == (400, code), error
    assert named in error["message"]
    UUID(error["errorId"])
    datetime.fromisoformat(error["timestamp"])
    assert Submission.objects.get().outcome["code"] == code


def test_a_refused_message_is_in_the_log_with_its_answer(rich, acme, post):
    post(SEND, with_content(name="no_such"), **{"X-Tollgate-Source": "campaign", "X-Tollgate-Source-Name": "Spring"})
    send_due()
    message = Message.objects.get()
    assert (message.status, message.error_source, message.error_code, message.response_code) == (
        "rejected",
        "8x8-sync",
        3038,
        400,
    )
    assert (message.source.category, message.source.name, message.msisdn) == ("campaign", "Spring", "6591990000")
    assert not Submission.objects.exists()


def test_paused_templates_and_places_that_cannot_send(acme, other, post):
    Template.objects.filter(account=acme, name="order_update").update(status="PAUSED")
    assert (
        post(SEND, with_content())
        .json()["message"]
        .endswith("order_update is paused; only an approved one can be sent.")
    )
    theirs = post("/api/v1/subaccounts/harbour/messages", bodies.TEXT)
    assert (theirs.status_code, theirs.json()["code"]) == (400, 1001)
    assert theirs.json()["message"] == "Provided subAccountId doesn't belong to your account"
    empty = Subaccount.objects.create(account=acme, code="empty", name="Empty")
    senders.clear_cache()
    assert post("/api/v1/subaccounts/empty/messages", bodies.TEXT).json()["code"] == 3035
    empty.is_active = False
    empty.save()
    senders.clear_cache()
    assert "closed" in post("/api/v1/subaccounts/empty/messages", bodies.TEXT).json()["message"]


UNDESCRIBED = [
    ([], 200),
    ([{"type": "header", "parameters": [{"type": "image", "url": "https://cdn.example.com/a.jpg"}]}, BODY], 200),
    ([{"type": "button", "subType": "url", "index": 3, "parameters": [bodies.JANE]}], 200),
    ([{"type": "header", "parameters": [{"type": "image", "url": "ftp://a"}]}], 3046),
    ([{"type": "body", "parameters": [{"type": "text"}]}], 3041),
    ([{"type": "body", "parameters": [{"type": "fax"}]}], 3042),
    ([{"type": "button", "subType": "fax", "parameters": [bodies.JANE]}], 3052),
    ([{"type": "button", "subType": "quickReply", "parameters": [{"type": "payload"}]}], 3049),
    ([{"type": "carousel", "cards": [{"components": [{"type": "footer"}]}]}], 3039),
    ([BODY, BODY], 3034),
]


@pytest.mark.parametrize(("components", "code"), UNDESCRIBED)
def test_of_a_template_without_known_components_only_the_values_are_checked(acme, post, components, code):
    Template.objects.filter(account=acme, name="order_update").update(components=[])
    senders.clear_cache()
    answer = post(SEND, with_content(name="order_update", components=components))
    assert answer.json().get("code", answer.status_code) == code


@pytest.mark.parametrize(
    ("registered", "written"),
    [("en", "EN"), ("zh_Hant_HK", "zh-hant-hk"), ("zh_Hant_HK", "zh_Hant_HK"), ("es_419", "es-419")],
)
def test_a_language_is_found_in_any_spelling(acme, post, registered, written):
    Template.objects.filter(account=acme, name="order_update").update(language=registered)
    senders.clear_cache()
    answer = post(SEND, with_content(name="order_update", language=written, components=[BODY]))
    assert answer.status_code == 200
    request = Submission.objects.get(umid=answer.json()["umid"]).request
    assert request["content"]["template"]["language"] == registered


def test_keys(client, acme, post):
    answer = client.post(SEND, bodies.TEXT, content_type="application/json")
    assert (answer.status_code, answer.json()["code"]) == (401, 1200)
    assert answer.json()["message"] == "Request was not authenticated properly"
    _, text = create_api_key(by=principal(acme), name="Reader", scopes=[Permission.VIEW_MESSAGES])
    answer = post(SEND, bodies.TEXT, Authorization=f"Bearer {text}")
    assert (answer.status_code, answer.json()["code"]) == (403, 1201)
    limited, text = create_api_key(by=principal(acme), name="Shop", scopes=[Permission.SEND_MESSAGES])
    limited.subaccounts.set(Subaccount.objects.filter(account=acme, code="acme_shop"))
    limited.limited = True
    limited.save()
    assert post(SEND, bodies.TEXT, Authorization=f"Bearer {text}").json()["code"] == 1001


@pytest.mark.parametrize(
    "raw", [b"{", b"[]", b'"a"', b'{"a": "\\u0000"}', b'{"a": NaN}', b'{"a":' * 40 + b"1" + b"}" * 40]
)
def test_a_body_that_is_no_message_is_refused(client, acme, headers, raw):
    answer = client.post(SEND, raw, content_type="application/json", headers=headers)
    assert (answer.status_code, answer.json()["code"]) == (400, 1000)


@pytest.mark.parametrize("body", bodies.EIGHT_X_EIGHT, ids=lambda body: body["type"])
@pytest.mark.parametrize("code", ["acme_wa", "acme_shop"])
def test_a_spoiled_field_is_refused_or_sendable(rich, acme, body, code):
    """Any value of a field: a refusal with code and message, or a body that providers accept."""
    sender = senders.sender_directory(acme.pk).by_subaccount[code][0]
    valid_body = {**body, **({"scheduled": SOON.isoformat(), "expiry": None} if "scheduled" in body else {})}
    assert read(valid_body, sender, Origin()).about.msisdn == "6591990000"
    for path, value, spoiled in bodies.spoiled(valid_body):
        result = read_or_refused(spoiled, sender)
        if isinstance(result, Refusal):
            assert (result.status, bool(result.code)) == (400, True), (path, value)
            assert any(f"{name}" in result.message for name in path), (path, value, result.message)
            continue
        for vendor in VENDORS.values():
            orjson.dumps(vendor.sending.from_8x8(result.request, result.about, str(result.umid)))


@pytest.mark.parametrize("number", ["1e19", "1e308", "-1e25", "123456789012345678901234567890"])
def test_a_number_beyond_64_bits_is_named(acme, client, headers, number):
    raw = '{"user": {"msisdn": "+6591990000"}, "type": "text", "content": {"text": "a", "more": [1, {"n": %s}]}}'
    answer = client.post(SEND, raw % number, content_type="application/json", headers=headers)
    assert (answer.status_code, answer.json()["code"]) == (400, 1000)
    assert answer.json()["message"].startswith("'content.more[1].n' is a number beyond 64 bits")
    assert not Submission.objects.exists()


def test_a_spoiled_batch_is_refused_as_a_whole_or_by_message(acme, post):
    """Each message is stored once, or nothing is."""
    for path, value, spoiled in bodies.spoiled(bodies.BATCH):
        before = Submission.objects.count()
        answer = post(f"{SEND}/batch", spoiled)
        data, stored = answer.json(), Submission.objects.count() - before
        if answer.status_code == 200:
            assert stored == data["acceptedCount"] + data["rejectedCount"] == len(spoiled["messages"]), (path, value)
            continue
        assert (answer.status_code, stored) == (400, 0), (path, value)
        assert any(str(name) in data["message"] for name in path), (path, value, data["message"])


def test_what_is_anothers_does_not_exist(acme, other, client, headers, post):
    theirs = deliver(other)
    answer = post(SEND, {**bodies.TEXT, "context": {"umid": str(theirs.umid)}})
    assert (answer.status_code, answer.json()["code"]) == (400, 1008)
    batch = uuid4()
    number = PhoneNumber.objects.filter(account=other).first()
    Submission.objects.create(
        account=other, shape="8x8", provider="8x8", subaccount=number.subaccount, phone_number=number, state="queued",
        request={}, batch_id=batch,
    )  # fmt: skip
    for path in (f"{SEND}/{theirs.umid}", f"{SEND}/batch/{batch}"):
        answer = client.delete(path, headers=headers)
        assert (answer.status_code, answer.json()["code"]) == (404, 1300)
    assert Submission.objects.get(batch_id=batch).state == "queued"


def read_or_refused(body, sender):
    try:
        return read(body, sender, Origin())
    except Refusal as refusal:
        return refusal


@pytest.mark.parametrize(
    ("text", "country", "msisdn"),
    [
        ("+551187999990", "", "551187999990"),
        ("551187999990", "BR", "551187999990"),
        ("11 8799-9990", "BR", "551187999990"),
        ("+5511987999990", "", "5511987999990"),
        ("+5215512345678", "", "5215512345678"),
        ("+52 1 55 1234 5678", "MX", "5215512345678"),
        ("+525512345678", "", "525512345678"),
        ("+541123456789", "", "541123456789"),
        ("+5491123456789", "", "5491123456789"),
        ("+55118799999", "", ""),
        ("+521551234567", "", ""),
        ("+6531580001 ext. 5", "", ""),
    ],
)
def test_the_spellings_that_whatsapp_keeps_are_numbers(text, country, msisdn):
    assert e164(text, country) == msisdn


def test_a_number_in_the_spelling_of_whatsapp_is_accepted(acme, post):
    numbers = ["+551187999990", "+5215512345678"]
    text = {"type": "text", "content": {"text": "Hello"}}
    assert post(SEND, {**text, "user": {"msisdn": numbers[0], "country": "BR"}}).status_code == 200
    batch = post(f"{SEND}/batch", {"messages": [{**text, "user": {"msisdn": number}} for number in numbers]}).json()
    assert (batch["acceptedCount"], batch["rejectedCount"]) == (2, 0)
    assert sorted(about["msisdn"] for about in Submission.objects.values_list("about", flat=True)) == [
        "5215512345678", "551187999990", "551187999990",
    ]  # fmt: skip


class TestBatch:
    def ask(self, post, **body):
        return post(f"{SEND}/batch", body)

    def test_good_and_bad_ones_in_one_answer(self, acme, post, provider):
        answer = self.ask(
            post, clientBatchId="aaa_batch", includeMessagesInResponse=True, template=with_content(),
            messages=[{"user": {"msisdn": "+6591990001"}, "clientMessageId": "aaa-1"},
                      {"user": {"msisdn": "+65000001"}, "clientMessageId": "aaa-2"}, 7],
        ).json()  # fmt: skip
        assert (answer["acceptedCount"], answer["rejectedCount"], answer["clientBatchId"]) == (1, 2, "aaa_batch")
        good, bad, odd = answer["messages"]
        assert (good["status"]["state"], good["clientMessageId"]) == ("queued", "aaa-1")
        assert (bad["status"]["state"], bad["status"]["errorCode"], bad["user"]) == (
            "rejected",
            1002,
            {"msisdn": "+65000001"},
        )
        assert odd["status"]["errorCode"] == 1000
        assert send_due() == 1
        assert sorted(Message.objects.values_list("status", "response_code")) == [
            ("queued", 200), ("rejected", 400), ("rejected", 400),
        ]  # fmt: skip

    @pytest.mark.parametrize(
        ("body", "code"),
        [
            ({}, 3012),
            ({"messages": []}, 3012),
            ({"messages": "a"}, 3012),
            ({"messages": [{}] * 10_001}, 3013),
            ({"messages": [{}], "clientBatchId": "x" * 101}, 3014),
            ({"messages": [{}], "template": 7}, 1000),
            ({"messages": [{}], "includeMessagesInResponse": "yes"}, 1000),
            ({"messages": [{}] * 5_000, "template": {"a": "x" * 20_000}}, 1100),
        ],
    )
    def test_a_batch_that_is_none(self, acme, post, body, code):
        answer = self.ask(post, **body)
        assert (answer.status_code, answer.json()["code"]) == (400, code)
        assert not Submission.objects.exists()

    def test_waiting_messages_can_be_cancelled(self, acme, client, headers, post):
        batch = self.ask(post, messages=[{**bodies.TEXT, "scheduled": SOON.isoformat()}] * 3).json()["batchId"]
        settlement.log_new()
        url = f"{SEND}/batch/{batch}"
        assert client.delete(url, headers=headers).json() == {"cancelledCount": 3}
        send_due()
        assert set(Message.objects.values_list("status", "status_detail")) == {("rejected", "cancelled")}
        repeated = client.delete(url, headers=headers)
        assert (repeated.status_code, repeated.json()["code"]) == (404, 1300)


class TestOne:
    @pytest.fixture(autouse=True)
    def _no_details_limit(self, monkeypatch):
        monkeypatch.setattr(throttling.requests, "count", lambda name: 1)

    def test_details_before_and_after_it_was_sent(self, acme, client, headers, post, provider):
        umid = post(SEND, {**bodies.TEXT, "clientMessageId": "order-77"}).json()["umid"]
        (before,) = client.get(f"{SEND}/{umid}", headers=headers).json()["data"]
        assert (before["status"]["state"], before["clientMessageId"]) == ("queued", "order-77")
        send_due()
        (row,) = client.get(f"{SEND}/{umid}", headers=headers).json()["data"]
        assert json.dumps(row, sort_keys=True) == json.dumps(
            {
                "umid": umid, "subAccountId": "acme_wa", "channel": "WhatsApp", "channelId": row["channelId"],
                "direction": "Outbound", "country": "SG", "status": row["status"], "user": {"msisdn": "+6591990000"},
                "contentType": "Text", "content": "**MASKED**", "createdAt": before["createdAt"],
                "clientMessageId": "order-77", "step": 1,
            },
            sort_keys=True,
        )  # fmt: skip
        assert client.delete(f"{SEND}/{umid}", headers=headers).json() == {"cancelledCount": 0}

    def test_a_scheduled_message_waits_and_can_be_cancelled(self, acme, client, headers, post, provider):
        umid = post(SEND, {**bodies.TEXT, "scheduled": SOON.isoformat()}).json()["umid"]
        assert send_due() == 0
        assert Message.objects.get().status == "queued"
        assert client.delete(f"{SEND}/{umid}", headers=headers).json() == {"cancelledCount": 1}
        send_due()
        (row,) = client.get(f"{SEND}/{umid}", headers=headers).json()["data"]
        assert (row["status"]["state"], row["status"]["detail"]) == ("rejected", "cancelled")

    def test_one_that_is_due_after_its_expiry_expires(self, acme, post):
        post(SEND, {**bodies.TEXT, "expiry": SOON.isoformat()})
        Submission.objects.update(expires_at=datetime.now(UTC) - timedelta(seconds=1))
        send_due()
        assert Message.objects.get().status == "expired"

    @pytest.mark.parametrize(("umid", "expected"), [("x", (400, 1000)), (str(UUID(int=1)), (404, 1300))])
    def test_others_do_not_exist(self, client, headers, umid, expected):
        for method in (client.get, client.delete):
            answer = method(f"{SEND}/{umid}", headers=headers)
            assert (answer.status_code, answer.json()["code"]) == expected


def test_a_key_can_get_details_once_a_second_in_a_subaccount(acme, client, headers, post, monkeypatch):
    counted = {}
    monkeypatch.setattr(throttling.requests, "count", lambda name: counted.setdefault(name, 0))
    umid = post(SEND, bodies.TEXT).json()["umid"]
    assert client.get(f"{SEND}/{umid}", headers=headers).status_code == 200
    (limit,) = [name for name in counted if "details" in name]
    assert limit == f"{ApiKey.objects.get(account=acme, name='Shop').pk}:details:acme_wa"
    counted[limit] = 1
    answer = client.get(f"{SEND}/{umid}", headers=headers)
    assert (answer.status_code, answer["RateLimit-Limit"], answer["RateLimit-Remaining"]) == (200, "1", "0")
    counted[limit] = 2
    answer = client.get(f"{SEND}/{umid}", headers=headers)
    assert (answer.status_code, answer["Retry-After"]) == (429, "1")
    data = answer.json()
    assert set(data) == {"code", "message", "errorId", "timestamp"}
    assert (data["code"], data["message"]) == (429, "Quota exceeded. Please try again in 1 second(s).")
    assert client.get(f"{SEND.replace('acme_wa', 'acme_shop')}/{umid}", headers=headers).status_code == 404
    assert client.delete(f"{SEND}/{umid}", headers=headers).status_code == 200
    assert post(SEND, bodies.TEXT).status_code == 200


def test_a_repeated_post_is_one_message(acme, post):
    first, again = (post(SEND, bodies.TEXT, **{"Idempotency-Key": "k"}) for _ in range(2))
    assert first.json() == again.json()
    assert Submission.objects.count() == 1


def test_a_body_is_translated_for_the_cloud_api(rich, acme):
    sender = senders.sender_directory(acme.pk).by_subaccount["acme_shop"][0]
    body = deepcopy(bodies.TEMPLATE) | {"scheduled": None, "expiry": None}
    message = read(body, sender, Origin())
    sent = VENDORS["meta"].sending.from_8x8(message.request, message.about, reference("u"))
    assert sent == {
        "messaging_product": "whatsapp", "recipient_type": "individual", "to": "+6591990000", "type": "template",
        "biz_opaque_callback_data": "tollgate:u",
        "template": {"name": "rich", "language": {"code": "en_US"}, "components": [
            {"type": "header", "parameters": [{"type": "image", "image": {"link": "https://cdn.example.com/a.jpg"}}]},
            {"type": "body", "parameters": [{"type": "text", "text": "Jane"}, {"type": "text", "text": "77"}]},
            {"type": "button", "sub_type": "url", "index": "0", "parameters": [{"type": "text", "text": "77"}]},
            {"type": "button", "sub_type": "quick_reply", "index": "1",
             "parameters": [{"type": "payload", "payload": "yes"}]},
        ]},
    }  # fmt: skip
