"""The Cloud API's and 360dialog's shapes: the provider's own answers, and refusals without a request to it."""

from itertools import product

import pytest

from accounts.enums import Permission
from accounts.models import Subaccount
from accounts.services import create_api_key
from messaging.log.enums import CategoryRank
from messaging.log.models import Message, MessagePayload, PhoneNumber, Template
from messaging.sending import cloud, routes, senders
from messaging.sending.models import Submission
from messaging.sending.requests import Origin
from providers.meta.refusals import MetaRefusal
from providers.meta.requests import is_mark
from tests.messaging.sending import bodies
from tests.messaging.sending.conftest import process_webhooks, send_due
from tests.people import principal

pytestmark = pytest.mark.django_db
GRAPH, D360 = "/graph/v24.0/106540352242922/messages", "/360dialog/messages"
TEXT = {**bodies.CLOUD_TO, "type": "text", "text": {"body": "Hello"}}
SALE = {
    **bodies.CLOUD_TO,
    "type": "template",
    "template": {
        "name": "weekend_sale",
        "language": {"code": "en"},
        "components": [{"type": "body", "parameters": [bodies.JANE, {"type": "text", "text": "5 %"}]}],
    },
}


@pytest.fixture
def d360(client, acme):
    """Posts JSON with the header of 360dialog."""
    _, text = create_api_key(by=principal(acme), name="Care", scopes=[Permission.SEND_MESSAGES])

    def ask(body, **more):
        return client.post(D360, body, content_type="application/json", headers={"D360-API-KEY": text} | more)

    return ask


@pytest.fixture
def ask(post, d360):
    """Posts in either shape."""
    return {"graph": lambda body, **more: post(GRAPH, body, **more), "360dialog": d360}


SHAPES = ("graph", "360dialog")


@pytest.mark.parametrize("shape", SHAPES)
def test_the_answer_is_the_providers(acme, ask, provider, shape):
    answer = ask[shape](SALE)
    assert answer.status_code == 200, answer.content
    wamid = answer.json()["messages"][0]["id"]
    assert answer.json() == {
        "messaging_product": "whatsapp",
        "contacts": [{"input": "+6591990000", "wa_id": "6591990000"}],
        "messages": [{"id": wamid, "message_status": "accepted"}],
    }
    send_due()
    message = Message.objects.get()
    assert (message.provider_message_id, str(message.umid)) == (wamid, answer["Tollgate-UMID"])
    assert (message.status, message.response_code, message.template.name) == ("queued", 200, "weekend_sale")
    process_webhooks(provider, acme, 3)
    assert Message.objects.get().status == "read"


def test_receipts_before_the_log_knows_the_message(acme, post, provider):
    """The client gets its answer at once; the worker may log it after the webhooks."""
    answer = post(GRAPH, TEXT)
    process_webhooks(provider, acme, 3)
    send_due()
    message = Message.objects.get()
    assert (str(message.umid), message.status, message.response_code) == (answer["Tollgate-UMID"], "read", 200)


@pytest.mark.parametrize("shape", SHAPES)
def test_an_error_is_the_providers_too(acme, ask, provider, shape):
    answer = ask[shape]({**TEXT, "to": "+6591131030"})
    error = answer.json()["error"]
    assert (answer.status_code, error["code"], error["error_data"]["messaging_product"]) == (400, 131030, "whatsapp")
    send_due()
    message = Message.objects.get()
    assert (message.status, message.error_source, message.error_code, message.response_code) == (
        "rejected",
        "meta",
        131030,
        400,
    )


@pytest.mark.parametrize(("ending", "expected"), [("990503", (503, 131016)), ("990502", (500, 131000))])
def test_a_page_of_html_becomes_an_error_of_metas(acme, post, provider, ending, expected):
    answer = post(GRAPH, {**TEXT, "to": f"+6591{ending}"})
    assert (answer.status_code, answer.json()["error"]["code"]) == expected
    send_due()
    assert Submission.objects.filter(state="uncertain").count() == (ending == "990502")


@pytest.mark.parametrize("shape", SHAPES)
def test_a_utility_message_without_a_template(acme, ask, provider, shape):
    number = PhoneNumber.objects.get(account=acme, provider={"graph": "meta"}.get(shape, shape))
    Template.objects.create(account=acme, waba=number.waba, name="order_shipped", language="en_US", category="UTILITY")
    named = {"direct_send_config": {"template_name": "order_shipped"}}
    answer = ask[shape]({**TEXT, "category": "utility", "ttl_seconds": 600, **named})
    assert answer.status_code == 200, answer.content
    send_due()
    message = Message.objects.get()
    assert (message.category, message.category_rank, message.template.name) == (
        "utility", CategoryRank.ASSUMED, "order_shipped",
    )  # fmt: skip
    request = MessagePayload.objects.get(kind="request").body
    assert (request["ttl_seconds"], request["direct_send_config"]) == (600, named["direct_send_config"])
    process_webhooks(provider, acme, 3)
    message = Message.objects.get()
    assert (message.category, message.category_rank, message.pricing_type, message.status) == (
        "utility", CategoryRank.PROVEN, "regular", "read",
    )  # fmt: skip


def test_a_template_of_that_name_fails_it_later(acme, post, provider):
    taken = {"direct_send_config": {"template_name": "weekend_sale"}}
    assert post(GRAPH, {**TEXT, "category": "utility", **taken}).status_code == 200
    send_due()
    process_webhooks(provider, acme, 1)
    assert (Message.objects.get().status, Message.objects.get().error_code) == ("undelivered", 132021)


@pytest.mark.parametrize("shape", SHAPES)
def test_a_group_has_no_number(acme, ask, provider, shape):
    group = {"to": "Y2FwaV9ncm91cDoxNTU1MDc4Mzg4MToxMjAzNjMxMjM0NTY3ODkwMTI", "recipient_type": "group"}
    answer = ask[shape]({**TEXT, **group})
    assert (answer.status_code, answer.json()["messages"][0]["group_id"]) == (200, group["to"])
    send_due()
    message = Message.objects.get()
    assert (message.msisdn, message.user_id, message.group_id, message.status) == ("", "", group["to"], "queued")
    process_webhooks(provider, acme, 3)
    message = Message.objects.get()
    assert (message.group_id, message.status) == (group["to"], "read")


def test_a_person_without_a_number(acme, post, provider):
    answer = post(GRAPH, {**TEXT, "to": "", "recipient": "SG.13491208655302741918"})
    assert answer.json()["contacts"] == [{"input": "SG.13491208655302741918", "user_id": "SG.13491208655302741918"}]
    send_due()
    message = Message.objects.get()
    assert (message.msisdn, message.user_id, message.country) == ("", "SG.13491208655302741918", "SG")


def test_a_provider_that_is_not_there(acme, post, settings):
    settings.SANDBOX_URL = "http://127.0.0.1:9"
    answer = post(GRAPH, TEXT)
    assert (answer.status_code, answer.json()["error"]["code"]) == (503, 131016)
    send_due()
    assert Message.objects.get().status == "rejected"


@pytest.mark.parametrize("shape", SHAPES)
def test_a_message_is_marked_as_read(acme, ask, provider, shape):
    answer = ask[shape]({"messaging_product": "whatsapp", "status": "read", "message_id": "wamid.X"})
    assert (answer.status_code, answer.json()) == (200, {"success": True})
    assert not Submission.objects.exists()


@pytest.mark.parametrize(
    ("change", "expected", "named"),
    [
        ({"messaging_product": None}, (400, 100), "messaging_product"),
        ({"to": ""}, (400, 100), "to"),
        ({"to": "+5352123456"}, (403, 130497), "Cuba"),
        ({"to": "", "recipient": "x"}, (400, 100), "recipient"),
        ({"to": "US.13491208655302741918"}, (400, 100), "recipient"),
        ({"category": "marketing"}, (400, 100), "category"),
        ({"category": "utility", "ttl_seconds": 43_201}, (400, 100), "ttl_seconds"),
        ({"type": "fax"}, (400, 100), "type"),
        ({"text": None}, (400, 131008), "text"),
        ({"text": {"body": ""}}, (400, 131008), "text.body"),
        ({"text": {"body": "x" * 4097}}, (400, 100), "text.body"),
        ({"biz_opaque_callback_data": "x" * 513}, (400, 100), "biz_opaque_callback_data"),
    ],
)
@pytest.mark.parametrize("shape", SHAPES)
def test_a_wrong_field_is_named(ask, shape, change, expected, named):
    answer = ask[shape]({**TEXT, **change})
    error = answer.json()["error"]
    assert (answer.status_code, error["code"]) == expected
    assert error["type"] == "OAuthException"
    assert named in error["error_data"]["details"]
    send_due()
    assert Message.objects.get().error_code == expected[1]


@pytest.mark.parametrize(
    ("recipient", "expected"),
    [
        ({"to": "+1 (650) 555-1234"}, ("16505551234", "", "")),
        ({"to": 6591990000}, ("6591990000", "", "")),
        ({"recipient": "SG.1349"}, ("", "SG.1349", "")),
        ({"to": "SG.1349"}, ("", "SG.1349", "")),
        ({"to": "+6591990000", "recipient": "SG.1349"}, ("6591990000", "", "")),
        ({"to": "Y2FwaV9ncm91cDox", "recipient_type": "group"}, ("", "", "Y2FwaV9ncm91cDox")),
        ({"to": "+6591990000", "recipient_type": "group"}, ("6591990000", "", "")),
        ({"to": ["x"], "recipient_type": "group"}, ("", "", "")),
        ([], ("", "", "")),
    ],
)
def test_a_refused_body_keeps_its_recipient(recipient, expected):
    about = cloud.summarize(recipient, Origin())
    assert (about.msisdn, about.user_id, about.group_id) == expected


@pytest.mark.parametrize(
    "recipient",
    [{"to": "IN.33284847560024423820"}, {"to": " IN.33284847560024423820 "}, {"to": "+65-x-91990000"},
     {"recipient": "6591990000"}, {"to": 6591990000}, {"to": "+6591990000", "recipient_type": "6591990000"}],
)  # fmt: skip
def test_a_stored_refusal_names_no_identity(acme, recipient):
    sender = senders.sender_directory(acme.pk).by_number_id["106540352242922"]
    body = {"messaging_product": "whatsapp", "type": "text", "text": {"body": "Hi"}}
    refusal = read_or_refused(body | recipient, sender)
    assert not any(identity in refusal.message for identity in ("33284847560024423820", "91990000"))


@pytest.mark.parametrize("body", bodies.CLOUD, ids=lambda body: body.get("type", "mark"))
def test_a_spoiled_field_is_refused_or_sendable(acme, body):
    sender = senders.sender_directory(acme.pk).by_number_id["106540352242922"]
    outcomes = [
        (path, value, read_or_refused(spoiled, sender))
        for path, value, spoiled in bodies.spoiled(body)
        if path != ("status",) or value is not bodies.MISSING  # then it is another request
    ]
    assert read_or_refused(body, sender) is None
    for path, value, refusal in outcomes:
        if refusal is not None:
            assert 400 <= refusal.status < 500, (path, value)
            assert any(str(name) in refusal.message for name in path), (path, value, refusal.message)


def read_or_refused(body, sender):
    try:
        if not is_mark(body):
            cloud.read(body, sender, Origin(), "graph").about.as_json()
    except MetaRefusal as refusal:
        return refusal


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("to", ["+551187999990", "+5215512345678", "+541123456789", "+54 9 11 2345-6789"])
def test_the_spellings_that_whatsapp_keeps_are_sent_as_written(acme, shape, to):
    sender = senders.sender_directory(acme.pk).by_number_id["106540352242922"]
    request = cloud.read({**TEXT, "to": to}, sender, Origin(), shape)
    assert f"+{request.about.msisdn}" == to.replace(" ", "").replace("-", "")
    assert routes.cloud_body(request.request, sender, "umid")["to"] == to


def test_keys_and_numbers_of_others(client, acme, other, post, d360):
    wrong = client.post(GRAPH, TEXT, content_type="application/json", headers={"Authorization": "Bearer no"})
    assert (wrong.status_code, wrong.json()["error"]["code"]) == (401, 190)
    theirs = post(GRAPH.replace("106540352242922", "106540352249999"), TEXT)
    assert (theirs.status_code, theirs.json()["error"]["code"]) == (404, 100)
    eight = PhoneNumber.objects.get(account=acme, provider="8x8")
    assert post(GRAPH.replace("106540352242922", eight.provider_number_id), TEXT).status_code == 404
    assert post(GRAPH.replace("v24.0", "latest"), TEXT).json()["error"]["code"] == 100
    wrong = d360(TEXT, **{"D360-API-KEY": "no"})
    assert (wrong.status_code, wrong.json()["meta"]["httpCode"]) == (401, 401)
    PhoneNumber.objects.filter(account=acme, provider="meta").update(provider="360dialog")
    senders.clear_cache()
    assert "limit it to a subaccount" in d360(TEXT).json()["meta"]["developerMessage"]
    Subaccount.objects.update(is_active=False)
    senders.clear_cache()
    assert "closed" in post(GRAPH, TEXT).json()["error"]["message"]


def test_a_number_without_a_credential(acme, post):
    PhoneNumber.objects.update(credential_sealed="")
    senders.clear_cache()
    answer = post(GRAPH, TEXT).json()["error"]
    assert (answer["code"], "no sending credential" in answer["error_data"]["details"]) == (133010, True)


@pytest.mark.parametrize(("raw", "shape"), list(product([b"{", b"[]", b'{"a": "\\u0000"}'], SHAPES)))
def test_a_body_that_is_no_object_is_refused(client, acme, headers, raw, shape):
    token = headers["Authorization"].removeprefix("Bearer ")
    path, credentials = (GRAPH, headers) if shape == "graph" else (D360, {"D360-API-KEY": token})
    answer = client.post(path, raw, content_type="application/json", headers=credentials)
    assert answer.status_code == 400
    assert set(answer.json()) == {"error" if shape == "graph" else "meta"}


def test_nothing_of_a_key_is_stored(acme, post, provider, headers):
    post(GRAPH, {**TEXT, "tollgate": {"source": "template_bot", "name": "Cart", "recipientType": "lead"}})
    send_due()
    bodies = [str(body) for body in MessagePayload.objects.values_list("body", flat=True)]
    assert len(bodies) == 2
    assert not any(headers["Authorization"][7:] in text or "sandbox-token" in text for text in bodies)
    message = Message.objects.get()
    assert (message.source.category, message.source.name, message.recipient_type) == ("template_bot", "Cart", "lead")
