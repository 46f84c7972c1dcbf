"""From a request in 8x8's shape through the sandbox into the log, and recovery after a crash."""

from datetime import UTC, datetime, timedelta

import httpx
import pytest
from django.db.models import Sum

from messaging.log.models import Message, MessagePayload, StatusEvent, TrafficDelta
from messaging.sending import dispatch, routes, settlement
from messaging.sending.models import Submission
from providers import transport
from tests.messaging.sending.conftest import only_message, process_webhooks, send_due

pytestmark = pytest.mark.django_db
SEND = "/api/v1/subaccounts/{}/messages"
VENDORS = {"acme_wa": "8x8", "acme_shop": "meta", "acme_care": "360dialog"}
TEXT = {"user": {"msisdn": "+6591990000"}, "type": "text", "content": {"text": "Hello"}, "clientMessageId": "order-77"}
TEMPLATE = {
    "user": {"msisdn": "+6591990000"},
    "type": "template",
    "content": {
        "template": {
            "name": "order_update",
            "language": "en",
            "components": [
                {"type": "body", "parameters": [{"type": "text", "text": "Jane"}, {"type": "text", "text": "77"}]}
            ],
        }
    },
}


@pytest.mark.parametrize("body", [TEXT, TEMPLATE])
@pytest.mark.parametrize("code", ["acme_wa", "acme_shop", "acme_care"])
def test_a_message_is_sent_and_its_receipts_find_it(acme, post, provider, code, body):
    answer = post(SEND.format(code), body)
    assert answer.status_code == 200, answer.content
    umid = answer.json()["umid"]
    assert send_due() == 1
    sent = only_message()
    assert (str(sent.umid), sent.provider, sent.status, sent.response_code) == (umid, VENDORS[code], "queued", 200)
    assert sent.provider_message_id not in {"", umid}
    process_webhooks(provider, acme, 3)
    message = only_message()
    assert (str(message.umid), message.status, message.msisdn) == (umid, "read", "6591990000")
    assert message.client_message_id == body.get("clientMessageId", "")
    assert (message.source.category, message.source.name) == ("api", "Shop")
    assert not Submission.objects.exists()
    kinds = MessagePayload.objects.filter(message_id=message.pk).values_list("kind", flat=True)
    assert sorted(kinds) == ["request", "response"]
    states = StatusEvent.objects.filter(message_id=message.pk).order_by("at").values_list("state", flat=True)
    assert set(states) == {"queued", "sent", "delivered", "read"}


@pytest.mark.parametrize("code", ["acme_wa", "acme_shop"])
def test_receipts_that_come_before_the_answer_are_of_the_same_message(acme, post, provider, code, monkeypatch):
    umid = post(SEND.format(code), TEXT).json()["umid"]
    settle = settlement.settle
    monkeypatch.setattr(settlement, "settle", lambda: 0)
    send_due()
    process_webhooks(provider, acme, 3)
    monkeypatch.setattr(settlement, "settle", settle)
    settle()
    message = only_message()
    assert (str(message.umid), message.status, message.response_code) == (umid, "read", 200)
    assert not Submission.objects.exists()


def test_rows_created_by_webhooks_are_merged(acme, post, provider, monkeypatch):
    """A webhook without our reference cannot know that its message is ours: the two rows become one."""
    monkeypatch.setattr(routes, "reference", lambda _umid: "theirs")
    umid = post(SEND.format("acme_shop"), TEMPLATE).json()["umid"]
    settle = settlement.settle
    monkeypatch.setattr(settlement, "settle", lambda: 0)
    send_due()
    process_webhooks(provider, acme, 3)
    assert Message.objects.count() == 2
    settle()
    message = only_message()
    assert (str(message.umid), message.status, message.category, message.response_code) == (
        umid,
        "read",
        "utility",
        200,
    )
    assert StatusEvent.objects.filter(message_id=message.pk).count() == 4
    assert not Submission.objects.exists()
    assert counted() == {"read": 1}


def counted():
    rows = TrafficDelta.objects.values_list("status").annotate(n=Sum("n"))
    return {status: n for status, n in rows if n}


def test_a_crash_while_the_provider_is_asked_leaves_an_uncertain_message(acme, post):
    post(SEND.format("acme_shop"), TEXT)
    settlement.log_new()
    (claimed,) = dispatch._claim(1, {})
    Submission.objects.filter(pk=claimed.pk).update(due_at=datetime.now(UTC) - timedelta(seconds=1))
    assert send_due() == 0
    assert Submission.objects.get().state == "uncertain"
    assert send_due() == 0
    assert StatusEvent.objects.filter(state="uncertain").count() == 1
    assert only_message().status == "queued"


@pytest.mark.parametrize("ending", ["990408", "990502"])
def test_a_webhook_resolves_what_was_uncertain(acme, post, provider, ending, monkeypatch):
    with httpx.Client(timeout=0.5) as impatient:
        monkeypatch.setattr(transport, "pool", lambda: impatient)
        umid = post(SEND.format("acme_shop"), TEXT | {"user": {"msisdn": f"+6591{ending}"}}).json()["umid"]
        send_due()
    assert Submission.objects.get().state == "uncertain"
    process_webhooks(provider, acme, 1)
    send_due()
    message = only_message()
    assert str(message.umid) == umid
    assert message.provider_message_id.startswith("wamid.")
    assert not Submission.objects.exists()
