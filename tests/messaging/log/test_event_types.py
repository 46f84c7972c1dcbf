"""What clients are told of edits, deletions, replies and messages from the WhatsApp Business app."""

from datetime import timedelta

import pytest
from django.utils import timezone

from events.deliveries import envelope
from events.models import Delivery, Endpoint
from events.types import event_type
from messaging.log.event_types import load_messages
from messaging.log.models import Message
from tests.messaging.inbound.test_samples import meta, take  # noqa: F401 - a fixture
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


MEDIA = {"id": "7", "mime_type": "a/b", "sha256": "ab", "url": "https://lookaside.example/7"}
CONTENTS = [
    {"type": "image", "image": {**MEDIA, "caption": "Bill"}},
    {"type": "audio", "audio": {**MEDIA, "voice": True}},
    {"type": "document", "document": {**MEDIA, "filename": "a.pdf"}},
    {"type": "reaction", "reaction": {"message_id": "wamid.OURS", "emoji": "👍"}},
    {"type": "contacts", "contacts": [{"name": {"formatted_name": "Jo"}, "phones": [{"phone": "+6591234567"}]}]},
    {"type": "order", "order": {"catalog_id": "1", "product_items": [{"product_retailer_id": "x", "quantity": 2}]}},
    {"type": "location", "location": {"latitude": 1.3, "longitude": 103.8, "name": "Here", "address": "There"}},
    {"type": "system", "system": {"body": "Jo changed", "wa_id": "6591234568", "type": "user_changed_number"}},
    {"type": "unsupported", "unsupported": {"type": "poll"}, "errors": [{"code": 131051, "title": "Unknown"}]},
    {**TEXT, "referral": {"source_type": "ad", "source_id": "9", "ctwa_clid": "ARAk"}},
]


@pytest.mark.parametrize("bodies", ["tollgate"], indirect=True)
def test_each_content_is_told_whole(acme, bodies, take):  # noqa: F811
    now = timezone.now()
    ours = report(acme, "sent", provider_message_id="wamid.OURS", at=now - timedelta(days=1))
    about = {"from": "6591234567", "timestamp": str(int(now.timestamp()))}
    messages = [{**about, "id": f"wamid.{n}", **content} for n, content in enumerate(CONTENTS)]
    contact = {"profile": {"name": "Jo"}, "wa_id": "6591234567"}
    assert take("meta", meta(messages=messages, contacts=[contact])) == ("done", "")
    told = {body["umid"]: (body["content"], body["reply_to"]) for body in bodies()}
    umids = dict(Message.objects.values_list("provider_message_id", "umid"))
    for n, content in enumerate(CONTENTS):
        quoted = str(ours.umid) if content["type"] in {"reaction", "text"} else ""
        assert told.pop(str(umids[f"wamid.{n}"])) == ({**content, "profile_name": "Jo"}, quoted)
    assert told == {}
