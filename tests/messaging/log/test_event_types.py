"""What clients are told of edits, deletions, replies and messages from the WhatsApp Business app."""

from datetime import timedelta

import pytest
from django.utils import timezone

from events.deliveries import envelope
from events.models import Delivery, Endpoint
from events.types import event_type
from messaging.log.event_types import load_messages
from messaging.log.models import Message
from tests.traffic import report

TEXT = {"type": "text", "text": {"body": "teh text"}, "context": {"id": "wamid.OURS"}}
FIXED = {"type": "text", "text": {"body": "the text"}}


@pytest.fixture(params=["8x8", "tollgate"])
def bodies(acme, request):
    """The bodies that Acme's endpoints of one format get."""
    for name in ("message.received", "message.status"):
        Endpoint.objects.create(account=acme, event_type=name, format=request.param, url="https://client.example/")

    def read():
        deliveries = list(Delivery.objects.select_related("event", "subscription", "account").order_by("event__at"))
        contents = load_messages(deliveries)
        found = (envelope(request.param, event_type(d.event.type), d.event, contents[d.pk]) for d in deliveries)
        return [body.get("payload") or body["data"] | {"type": body["type"]} for body in found]

    read.format = request.param
    return read


def test_an_edit_is_told_as_an_edit_of_the_original(acme, bodies):
    now = timezone.now()
    ours = report(acme, "sent", provider_message_id="wamid.OURS", at=now - timedelta(days=1))
    message = report(acme, "received", at=now, direction="inbound", content=TEXT)
    report(acme, "edited", at=now + timedelta(seconds=1), direction="inbound", content=FIXED)
    report(acme, "revoked", at=now + timedelta(seconds=2), direction="inbound")
    received, edited, revoked = bodies()
    assert {each["umid"] for each in (received, edited, revoked)} == {str(message.umid)}
    if bodies.format == "8x8":
        assert (received["replyToUmid"], received["content"]["text"]) == (str(ours.umid), "teh text")
        assert (edited["content"], "content" in revoked) == ({"text": "the text"}, False)
    else:
        assert [each["type"] for each in (received, edited, revoked)] == ["message.received"] * 3
        assert [each["state"] for each in (received, edited, revoked)] == ["received", "edited", "revoked"]
        assert [each["content"] for each in (received, edited, revoked)] == [TEXT, FIXED, {}]
        assert received["reply_to"] == str(ours.umid)


def test_a_message_of_the_business_app_is_told_with_its_content(acme, bodies):
    now = timezone.now()
    report(acme, "sent", at=now, detail="business_app", content=TEXT)
    report(acme, "edited", at=now + timedelta(seconds=1), content=FIXED)
    sent, edited = bodies()
    if bodies.format == "8x8":
        assert (sent["content"]["text"], edited["content"]["text"]) == ("teh text", "the text")
        assert (sent["channel"], "status" in sent) == ("whatsapp", False)
    else:
        assert [each["type"] for each in (sent, edited)] == ["message.status"] * 2
        assert (sent["content"], edited["content"]) == (TEXT, FIXED)


def test_an_early_edit_is_told_once_its_original_is_there(acme, bodies):
    now = timezone.now()
    with pytest.raises(Message.DoesNotExist):
        report(acme, "edited", at=now, direction="inbound", content=FIXED)
    assert bodies() == []


def test_an_imported_message_is_no_news(acme, bodies):
    report(acme, "received", at=timezone.now(), direction="inbound", content=TEXT, detail="history")
    assert bodies() == []
