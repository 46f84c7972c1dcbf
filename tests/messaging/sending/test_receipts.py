"""Receipts in 8x8's format: content, signature and retries, and forbidden addresses."""

import base64
import hashlib
import hmac
import json
from datetime import timedelta

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone

from events import deliveries, signing
from events.addresses import ForbiddenAddress, resolve, url_problem
from events.models import Delivery, Subscription
from messaging.log.models import Message
from messaging.sending import settlement
from tests.messaging.sending import bodies
from tests.messaging.sending.conftest import process_webhooks, send_due
from tests.provider_servers import recorder

SEND = "/api/v1/subaccounts/acme_shop/messages"


@pytest.fixture
def hook():
    """Where a client wants its receipts."""
    with recorder() as server:
        yield server


@pytest.fixture
def send(post, hook):
    """Sends a text with a callback; its UMID."""

    def ask(to="+6591990000", path=SEND, **more):
        body = {**bodies.TEXT, "user": {"msisdn": to}, "dlrCallbackUrl": f"{hook.url}/dlr?x=1", **more}
        answer = post(path, body)
        assert answer.status_code == 200, answer.content
        return answer.json()["umid"]

    return ask


def received_requests(hook):
    return [hook.received.get_nowait() for _ in range(hook.received.qsize())]


def due_now():
    Delivery.objects.filter(state="pending").update(due_at=timezone.now() - timedelta(seconds=1))


@pytest.mark.django_db
class TestPosting:
    def test_every_status_is_posted_once_and_signed(self, acme, send, provider, hook):
        umid = send(clientMessageId="order-77")
        send_due()
        process_webhooks(provider, acme, 3)
        assert deliveries.post_due() == 4
        assert deliveries.post_due() == 0
        requests = received_requests(hook)
        payloads = [json.loads(request.body)["payload"] for request in requests]
        assert {payload["umid"] for payload in payloads} == {umid}
        states = [(payload["status"]["state"], payload["status"].get("detail")) for payload in payloads]
        assert sorted(states, key=str) == [
            ("delivered", "delivered_to_operator"), ("delivered", "delivered_to_recipient"), ("queued", None),
            ("read", None),
        ]  # fmt: skip
        first = requests[0]
        signature = hmac.digest(
            signing.secret_of(acme),
            f"{first.headers['webhook-id']}.{first.headers['webhook-timestamp']}.".encode() + first.body,
            hashlib.sha256,
        )
        assert first.headers["webhook-signature"] == f"v1,{base64.b64encode(signature).decode()}"
        assert first.path == "/dlr?x=1"

    def test_a_body_is_8x8s(self, acme, post, send, provider, hook):
        send("+6591131026", clientMessageId="order-77")
        send_due()
        process_webhooks(provider, acme, 1)
        deliveries.post_due()
        body = json.loads(received_requests(hook)[-1].body)
        at = body["payload"]["status"]["timestamp"]
        assert body == {
            "version": 9,
            "namespace": "ChatApps",
            "eventType": "outbound_message_status_changed",
            "description": "ChatApps outbound message delivery receipt",
            "payload": {
                "umid": str(Message.objects.get().umid),
                "clientMessageId": "order-77",
                "subAccountId": "acme_shop",
                "channel": "whatsapp",
                "user": {"msisdn": "+6591131026"},
                "status": {
                    "state": "undelivered", "detail": "rejected_by_operator", "timestamp": at, "errorCode": 1018,
                    "errorMessage": "Unable to deliver the message.",
                },
                "whatsapp": {"providerErrorCode": "131026"},
            },
        }  # fmt: skip

    def test_a_batch_is_named(self, acme, post, hook):
        body = {
            **bodies.TEXT,
            "dlrCallbackUrl": hook.url,
            "scheduled": (timezone.now() + timedelta(days=1)).isoformat(),
        }
        answer = post(f"{SEND}/batch", {"clientBatchId": "b1", "messages": [body]}).json()
        settlement.log_new()
        deliveries.post_due()
        payload = json.loads(received_requests(hook)[0].body)["payload"]
        assert (payload["batchId"], payload["clientBatchId"]) == (answer["batchId"], "b1")

    def test_undelivered_webhooks_are_retried_in_order(self, acme, send, hook, provider, monkeypatch):
        monkeypatch.setattr(deliveries, "PAUSES", (60,) * 7)  # so that no slow machine is there again by then
        hook.status = 500
        send("+6591990002")
        send_due()
        process_webhooks(provider, acme, 2)
        assert deliveries.post_due() == 1
        first = Delivery.objects.order_by("id").first()
        assert (first.state, first.answer, first.attempts) == ("pending", "500", 1)
        hook.status = 204
        due_now()
        assert deliveries.post_due() == 3
        assert set(Delivery.objects.values_list("state", "answer")) == {("done", "204")}
        ids = [request.headers["webhook-id"] for request in received_requests(hook)]
        assert ids[0] == ids[1]

    def test_it_fails_after_the_last_attempt(self, acme, send, provider, hook):
        hook.answer = None
        send()
        settlement.log_new()
        for _ in range(len(deliveries.PAUSES) + 1):
            due_now()
            deliveries.post_due()
        assert Delivery.objects.get().state == "failed"

    def test_deleted_and_old_messages_are_no_longer_posted(self, acme, send, hook):
        send()
        settlement.log_new()
        Message.objects.all().delete()
        assert deliveries.post_due() == 0
        assert not Subscription.objects.exists()
        Subscription.objects.create(
            account=acme,
            subject_type="message",
            subject_id=7,
            url="https://a.example",
            created_at=timezone.now() - deliveries.RETENTION,
        )
        deliveries.delete_expired()
        assert not Subscription.objects.exists()

    def test_a_private_address_is_not_posted_to(self, settings, acme, send, hook):
        send()
        settlement.log_new()
        settings.CALLBACK_LOOPBACK = False
        deliveries.post_due()
        assert Delivery.objects.get().answer == "Forbidden"
        assert received_requests(hook) == []

    def test_the_secret_is_printed_for_who_checks(self, acme, capsys):
        call_command("callback_secret", str(acme.public_id))
        assert capsys.readouterr().out.strip() == signing.encode_secret(signing.secret_of(acme))
        with pytest.raises(CommandError, match="no account"):
            call_command("callback_secret", "x")


@pytest.mark.parametrize(
    "host",
    [
        "127.0.0.1", "127.1", "0.0.0.0", "10.0.0.1", "172.16.0.1", "192.168.1.1", "169.254.169.254", "100.64.0.1",
        "224.0.0.1", "255.255.255.255", "[::1]", "[::]", "[fe80::1]", "[fc00::1]", "[::ffff:10.0.0.1]",
        "[64:ff9b::a9fe:a9fe]", "[2002:7f00:1::]", "[::127.0.0.1]", "[fec0::1]", "[ff02::1]", "localhost",
        "a.localhost", "intranet", "",
    ],
)  # fmt: skip
def test_addresses_of_private_networks_are_refused(settings, host):
    settings.CALLBACK_LOOPBACK = False
    url = f"https://{host}/"
    if host == "127.1":  # a name by its form; the resolver knows better
        with pytest.raises(ForbiddenAddress):
            resolve(host, 443)
    else:
        assert url_problem(url)


@pytest.mark.parametrize(
    ("url", "loopback", "problem"),
    [
        ("https://hooks.example.com/x", False, ""),
        ("https://hooks.example.com:8443/x", False, ""),
        ("https://93.184.216.34/", False, ""),
        ("http://hooks.example.com/x", False, "https"),
        ("https://hooks.example.com:22/x", False, "port"),
        ("https://hooks.example.com:99999/x", False, "port"),
        ("https://user:pass@hooks.example.com/", False, "password"),
        ("http://127.0.0.1:9000/", True, ""),
        ("http://10.0.0.1/", True, "https"),
        ("https://10.0.0.1/", True, "private"),
    ],
)
def test_addresses(settings, url, loopback, problem):
    settings.CALLBACK_LOOPBACK = loopback
    assert problem in url_problem(url)
    assert bool(url_problem(url)) == bool(problem)
