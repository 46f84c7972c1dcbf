"""Clients get legs at their endpoints, under the leg's own channel, in 8x8's form."""

import json

import pytest
from django.utils import timezone

from events import deliveries
from events.models import Endpoint, Event
from local.demo.world import ACME
from messaging.legs.models import Leg
from providers.vocabulary import Direction
from tests.provider_servers import recorder
from tests.traffic import leg, report

pytestmark = pytest.mark.django_db
UMID = "9e09ac86-bd74-5465-851d-1eb5a5fdbb9a"


@pytest.fixture
def hook(acme, settings):
    settings.CALLBACK_LOOPBACK = True
    with recorder() as server:
        for kind in ("message.status", "message.received"):
            Endpoint.objects.create(account=acme, event_type=kind, url=f"{server.url}/{kind}")
        yield server


def posted(hook):
    deliveries.post_due()
    return [
        (each.path, json.loads(each.body))
        for each in (hook.received.get_nowait() for _ in range(hook.received.qsize()))
    ]


def test_a_receipt_of_an_sms(acme, hook):
    now = timezone.now().replace(microsecond=0)
    row = leg(acme, umid=UMID, at=now, detail="delivered_to_recipient", business_address="ACME", segments=3)
    ((path, body),) = posted(hook)
    assert path == "/message.status"
    assert body == {
        "namespace": "SMS", "eventType": "outbound_message_status_changed",
        "description": "SMS outbound message delivery receipt",
        "payload": {
            "umid": UMID, "subAccountId": row.subaccount.code, "source": "ACME", "destination": "+919876543210",
            "status": {"state": "delivered", "detail": "delivered_to_recipient",
                       "timestamp": f"{now:%Y-%m-%dT%H:%M:%S}.00Z"},
            "smsCount": 3,
        },
    }  # fmt: skip


def test_a_receipt_of_another_channel_is_under_the_clients_umid(acme, hook):
    channel = next(each for each in ACME.channels if each.provider == "8x8")
    now = timezone.now()
    message = report(acme, "failed", provider_message_id=UMID, channel=channel, at=now, client_message_id="order-7")
    row = leg(acme, channel="linenotification", umid=UMID, state="failed", at=now, error_source="8x8", error_code=15,
              error_title="Invalid destination")  # fmt: skip
    body = next(body for _, body in posted(hook) if body["payload"]["channel"] != "whatsapp")
    payload = body["payload"]
    assert (body["namespace"], payload["channel"]) == ("ChatApps", "LineNotification")
    assert (payload["umid"], payload["clientMessageId"]) == (str(message.umid), "order-7")
    assert payload["status"]["state"] == "undelivered"
    assert (payload["status"]["errorCode"], payload["status"]["errorMessage"]) == (15, "Invalid destination")
    assert row.status == "undelivered"


def test_an_inbound_sms(acme, hook):
    leg(acme, umid=UMID, at=timezone.now(), state="received", direction=Direction.INBOUND,
        content={"text": "STOP", "encoding": "GSM7"}, business_address="+6531580001", segments=1)  # fmt: skip
    ((path, body),) = posted(hook)
    payload = body["payload"]
    assert (path, body["namespace"], body["eventType"]) == ("/message.received", "SMS", "inbound_message_received")
    assert (payload["source"], payload["destination"], payload["body"]) == ("+919876543210", "+6531580001", "STOP")


def test_nothing_is_posted_of_an_erased_leg_nor_twice_nor_of_old_ones(acme, hook):
    now = timezone.now()
    for _ in range(2):
        leg(acme, umid=UMID, at=now)
    leg(acme, umid="old")
    assert Event.objects.count() == 1
    Leg.objects.update(erased_at=now, umid="", msisdn="")
    assert posted(hook) == []
