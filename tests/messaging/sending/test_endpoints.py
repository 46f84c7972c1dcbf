"""The webhooks of an account: what is posted to them, and their configuration in 8x8's shape."""

import json
from datetime import timedelta

import pytest
from django.utils import timezone

from accounts.enums import Permission
from accounts.models import Account, AuditEntry, Subaccount
from accounts.services import create_api_key
from events import deliveries
from events.models import Delivery, Endpoint, Subscription
from messaging.log.models import Message
from messaging.sending import settlement
from messaging.sending.eightxeight import Refusal
from messaging.sending.eightxeight.webhooks import read_hooks
from providers.eightxeight.statuses import moment
from tests.messaging.sending import bodies
from tests.messaging.sending.conftest import process_webhooks, send_due
from tests.people import principal
from tests.provider_servers import recorder
from tests.traffic import deliver

SEND = "/api/v1/subaccounts/acme_shop/messages"

pytestmark = pytest.mark.django_db


@pytest.fixture
def hook():
    """Where a client wants its webhooks."""
    with recorder() as server:
        yield server


@pytest.fixture
def path(acme):
    return f"/api/v1/accounts/{acme.public_id}/webhooks"


@pytest.fixture
def configure(post, path, hook):
    """Configures a webhook for each of some paths of the recorder."""

    def ask(*hooks):
        body = [{"url": f"{hook.url}/{place}", **more} for place, more in hooks]
        answer = post(path, body)
        assert (answer.status_code, answer.content) == (200, b"")

    return ask


@pytest.fixture
def remove(client, path, headers):
    def ask(*hooks):
        answer = client.delete(path, list(hooks), content_type="application/json", headers=headers)
        assert (answer.status_code, answer.content) == (200, b"")

    return ask


@pytest.fixture
def settle(monkeypatch):
    """Process answers as the worker does."""
    really = settlement.settle
    monkeypatch.setattr(settlement, "settle", lambda: 0)
    return really


def send(post, to="+6591990002", **more):
    answer = post(SEND, {**bodies.TEXT, "user": {"msisdn": to}, **more})
    assert answer.status_code == 200, answer.content
    return answer.json()["umid"]


def posted(hook):
    """(path, word) of each webhook, in any order."""
    deliveries.post_due()
    requests = [hook.received.get_nowait() for _ in range(hook.received.qsize())]
    return sorted((each.path, word_of(json.loads(each.body)["payload"])) for each in requests)


def word_of(payload):
    return payload["status"].get("detail") or payload["status"]["state"] if "status" in payload else payload["type"]


def expected_posts(path):
    """The posts for a message that `deliver` made."""
    return [(path, "delivered_to_operator"), (path, "delivered_to_recipient")]


class TestPosting:
    def test_receipts_of_every_message_and_inbound_messages(self, acme, post, provider, hook, configure):
        configure(("hook", {"subAccountId": "*", "httpAuthorization": "Bearer abc"}))
        umid = send(post, "+6591990004")
        send_due()
        process_webhooks(provider, acme, 4)
        assert deliveries.post_due() == 5
        requests = [hook.received.get_nowait() for _ in range(5)]
        assert {(each.path, each.headers["Authorization"]) for each in requests} == {("/hook", "Bearer abc")}
        assert all(each.headers["webhook-signature"].startswith("v1,") for each in requests)
        bodies = [json.loads(each.body) for each in requests]
        outbound = [each["payload"] for each in bodies if each["eventType"] == "outbound_message_status_changed"]
        assert [payload["umid"] for payload in outbound] == [umid] * 4
        reply, sent = Message.objects.get(direction="inbound"), Message.objects.get(direction="outbound")
        number = sent.phone_number
        (inbound,) = [each for each in bodies if each["eventType"] == "inbound_message_received"]
        assert inbound == {
            "version": 3,
            "namespace": "ChatApps",
            "eventType": "inbound_message_received",
            "description": "ChatApps inbound message",
            "payload": {
                "umid": str(reply.umid),
                "subAccountId": "acme_shop",
                "timestamp": moment(reply.received_at),
                "user": {"msisdn": "+6591990004", "name": "Sandbox"},
                "recipient": {"channel": "whatsapp", "channelId": "106540352242922"},
                "type": "Text",
                "content": {
                    "text": "Thank you!", "context": {"from": number.msisdn, "id": sent.provider_message_id},
                },
                "replyToUmid": umid,
            },
        }  # fmt: skip
        assert deliveries.post_due() == 0

    def test_a_message_may_have_an_address_of_its_own_as_well(self, post, hook, configure, provider, acme):
        configure(("hook", {"subAccountId": "acme_shop"}))
        send(post, dlrCallbackUrl=f"{hook.url}/own")
        send_due()
        process_webhooks(provider, acme, 2)
        words = ("delivered_to_operator", "delivered_to_recipient", "queued")
        assert posted(hook) == [(place, word) for place in ("/hook", "/own") for word in words]

    def test_a_message_that_only_its_providers_webhooks_know(self, acme, hook, configure):
        configure(("hook", {"subAccountId": "*", "type": "CADR"}))
        at = timezone.now()
        message = deliver(acme, provider_message_id="wamid.elsewhere", at=at)
        assert posted(hook) == expected_posts("/hook")
        assert Subscription.objects.get().subject_id == message.pk
        deliver(acme, provider_message_id="wamid.elsewhere", at=at)
        assert posted(hook) == []

    def test_earlier_events_and_those_of_other_accounts_are_not_posted(self, acme, hook, configure):
        configure(("hook", {"subAccountId": "acme_care"}), ("inbound", {"subAccountId": "*", "type": "MSG"}))
        deliver(acme, provider_message_id="wamid.shop", at=timezone.now())
        assert not Subscription.objects.exists()
        configure(("hook", {"subAccountId": "*"}))
        deliver(acme, provider_message_id="wamid.old", at=timezone.now() - timedelta(hours=1))
        assert posted(hook) == []

    def test_the_subaccounts_own_comes_first_and_may_be_silent(self, acme, hook, configure):
        configure(("all", {"subAccountId": "*"}), ("shop", {"subAccountId": "acme_shop"}))
        deliver(acme, provider_message_id="wamid.1", at=timezone.now())
        assert posted(hook) == expected_posts("/shop")
        configure(("shop", {"subAccountId": "acme_shop", "enabled": False}))
        deliver(acme, provider_message_id="wamid.2", at=timezone.now())
        assert posted(hook) == []

    def test_a_webhook_before_the_answer_is_posted_once_under_the_clients_umid(
        self, post, provider, hook, configure, settle
    ):
        """The webhook has the client's own reference, so it does not identify our message."""
        configure(("hook", {"subAccountId": "*", "type": "CADR"}))
        to = {**bodies.CLOUD_TO, "type": "text", "text": {"body": "Hello"}, "biz_opaque_callback_data": "theirs"}
        answer = post("/graph/v24.0/106540352242922/messages", to)
        process_webhooks(provider, Account.objects.get(name="Acme Retail"), 3)
        assert posted(hook) == []
        send_due()
        assert posted(hook) == [("/hook", "queued")]
        settle()
        Delivery.objects.filter(state="pending").update(due_at=timezone.now() - timedelta(seconds=1))
        deliveries.post_due()
        payloads = [json.loads(hook.received.get_nowait().body)["payload"] for _ in range(hook.received.qsize())]
        assert sorted(map(word_of, payloads)) == ["delivered_to_operator", "delivered_to_recipient", "read"]
        assert {payload["umid"] for payload in payloads} == {answer["Tollgate-UMID"]}
        assert deliveries.post_due() == 0
        assert Message.objects.count() == 1

    def test_what_waits_goes_where_the_webhook_is_by_then_or_nowhere(self, acme, hook, configure, remove):
        configure(("old", {"subAccountId": "*"}))
        deliver(acme, provider_message_id="wamid.1", at=timezone.now())
        configure(("new", {"subAccountId": "*"}))
        assert posted(hook) == expected_posts("/new")
        deliver(acme, provider_message_id="wamid.2", at=timezone.now())
        remove({"subAccountId": "*"})
        assert posted(hook) == []
        assert not Delivery.objects.filter(state="pending").exists()


def refused_hooks(body):
    try:
        read_hooks(body, lambda code: 1)
    except Refusal as refusal:
        return refusal


class TestConfiguring:
    def test_it_is_shown_without_its_authorization_and_audited(self, acme, post, path, client, headers):
        url = "https://shop.example/8x8"
        assert (
            post(path, [{"subAccountId": "acme_shop", "url": url, "httpAuthorization": "Basic x"}]).status_code == 200
        )
        hook_body = {"subAccountId": "acme_shop", "url": url, "enabled": True, "httpAuthorization": "***"}
        assert client.get(path, headers=headers).json() == [{**hook_body, "type": kind} for kind in ("CADR", "MSG")]
        post(path, [{**hook_body, "type": "MSG", "enabled": False}])
        assert [(each.enabled, each.authorization) for each in Endpoint.objects.order_by("-event_type")] == [
            (True, "Basic x"), (False, "Basic x"),
        ]  # fmt: skip
        entry = AuditEntry.objects.filter(account=acme, action="webhook.configured").order_by("-id")[0]
        assert (entry.target, entry.details) == ("MSG", {"subaccount": "acme_shop", "url": url, "enabled": False})

    @pytest.mark.parametrize(
        "url",
        ["https://evil.example/8x8", "https://shop.example:8443/8x8", "https://shop.example.evil.example/8x8",
         "https://sub.shop.example/8x8"],
    )  # fmt: skip
    def test_an_authorization_does_not_follow_a_changed_host(self, acme, post, path, url):
        hook_body = {"subAccountId": "acme_shop", "type": "MSG", "url": "https://shop.example/8x8"}
        post(path, [{**hook_body, "httpAuthorization": "Basic x"}])
        answer = post(path, [{**hook_body, "url": url, "httpAuthorization": "***"}])
        assert answer.status_code == 400
        assert "give httpAuthorization again" in answer.json()["message"]
        assert Endpoint.objects.values_list("url").get() == ("https://shop.example/8x8",)
        for value, stored in (("***", "Basic x"), ("Basic y", "Basic y")):
            moved = "https://SHOP.example:443/other" if value == "***" else url
            assert post(path, [{**hook_body, "url": moved, "httpAuthorization": value}]).status_code == 200
            assert Endpoint.objects.get().authorization == stored

    @pytest.mark.parametrize(
        ("entry", "code", "message"),
        [
            ({}, 1000, "'[0].subAccountId' is required: give a string."),
            ({"subAccountId": "harbour"}, 1001, "Provided subAccountId doesn't belong to your account"),
            ({"subAccountId": "*"}, 1000, "'[0].url' is required: give a string."),
            ({"subAccountId": "*", "url": "https://10.0.0.1/x"}, 1000, "'[0].url' must name a public host"),
            ({"subAccountId": "*", "url": "https://a.example", "type": "VCA"}, 1000, "'[0].type' must be one of: CADR"),
            ({"subAccountId": "*", "url": "https://a.example", "type": "CABM"}, 1000, "'[0].type' CABM is not posted"),
            ({"subAccountId": "*", "url": "https://a.example", "type": None}, 1000, "'[0].type' must be one of: CADR"),
            ({"subAccountId": "*", "url": "https://a.example", "enabled": "no"}, 1000, "'[0].enabled' must be true"),
            ({"subAccountId": "*", "url": "https://a.example", "oauth": {}}, 1000, "'[0].oauth' is not supported"),
            ({"subAccountId": "*", "url": "https://a.example", "speed": 1}, 1000, "'[0].speed' is not a field"),
            (
                {"subAccountId": "*", "url": "https://a.example", "httpAuthorization": "a\r\nb: c"},
                1000,
                "'[0].httpAuthorization' must be printable ASCII",
            ),
            ("x", 1000, "'[0]' must be an object."),
        ],
    )
    def test_what_is_wrong_is_named(self, post, path, entry, code, message):
        answer = post(path, [entry])
        assert (answer.status_code, answer.json()["code"]) == (400, code)
        assert answer.json()["message"].startswith(message)

    @pytest.mark.parametrize("body", ["{}", "[]", "7", "[", '["\\u0000"]'])
    def test_a_body_is_an_array(self, post, path, body):
        assert post(path, body).status_code == 400

    def test_a_spoiled_field_is_named(self):
        for where, value, spoiled in bodies.spoiled(bodies.HOOKS):
            refusal = refused_hooks(spoiled)
            if refusal is not None:
                assert refusal.status == 400
                assert where == (0,) or str(where[-1]) in refusal.message, (where, value, refusal.message)

    def test_nothing_is_half_done(self, post, path):
        good = {"subAccountId": "*", "url": "https://a.example"}
        assert post(path, [good, {**good, "url": "nowhere"}]).status_code == 400
        assert not Endpoint.objects.exists()

    def test_a_limited_key_has_what_is_its_own(self, acme, client, path):
        shop = Subaccount.objects.get(account=acme, code="acme_shop")
        _, text = create_api_key(by=principal(acme), name="Shop only", scopes=list(Permission), subaccounts=[shop])
        how = {"content_type": "application/json", "headers": {"Authorization": f"Bearer {text}"}}
        entry = {"url": "https://a.example"}
        assert client.post(path, [{**entry, "subAccountId": "*"}], **how).json()["code"] == 1001
        assert client.post(path, [{**entry, "subAccountId": "acme_care"}], **how).json()["code"] == 1001
        assert client.post(path, [{**entry, "subAccountId": "acme_shop"}], **how).status_code == 200
        Endpoint.objects.create(account=acme, event_type="message.received", url="https://all.example")
        assert {each["subAccountId"] for each in client.get(path, headers=how["headers"]).json()} == {"acme_shop"}

    def test_who_may_not_read_messages_may_not_have_them_posted(self, acme, client, path):
        _, text = create_api_key(by=principal(acme), name="Hooks", scopes=[Permission.MANAGE_WEBHOOKS])
        answer = client.post(
            path, [{"subAccountId": "*", "url": "https://a.example"}], content_type="application/json",
            headers={"Authorization": f"Bearer {text}"},
        )  # fmt: skip
        assert (answer.status_code, answer.json()["code"]) == (403, 1201)
