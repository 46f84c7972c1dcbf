"""Messages on other channels, from webhooks of 8x8: never WhatsApp's, merged in any order."""

from decimal import Decimal
from itertools import permutations

import pytest

from billing.models import UsageFact
from messaging.inbound import inbox
from messaging.inbound.models import InboxItem
from messaging.legs.models import Leg
from messaging.log.models import Message
from tests.messaging.inbound.test_samples import take  # noqa: F401 - a fixture

pytestmark = pytest.mark.django_db
UMID = "9e09ac86-bd74-5465-851d-1eb5a5fdbb9a"
NUMBER = "+6591230001"


def receipt(state, second, channel="sms", **more):
    status = {"state": state, "timestamp": f"2026-11-30T10:00:{second:02}Z", **more.pop("status", {})}
    payload = {"umid": UMID, "subAccountId": "acme_shop", "channel": channel, "user": {"msisdn": NUMBER}, **more}
    return {"version": 9, "namespace": "ChatApps", "eventType": "outbound_message_status_changed",
            "payload": payload | {"status": status}}  # fmt: skip


def sms(state, second, **more):
    body = receipt(state, second, source="ACME", destination=NUMBER, **more)
    del body["payload"]["channel"], body["payload"]["user"]
    return body | {"namespace": "SMS"}


PRICE = {"price": {"total": 0.0375, "perSms": 0.0125, "currency": "USD"}, "smsCount": 3}
ERROR = {"errorCode": 15, "errorMessage": "Invalid destination", "detail": "rejected_by_operator"}
BODIES = (
    receipt("delivered", 2, "whatsapp", status={"detail": "delivered_to_operator"}),
    receipt("undelivered", 8, "whatsapp", status=ERROR, whatsapp={"providerErrorCode": "131026"}),
    sms("queued", 9, price={"total": 0, "currency": "USD"}),
    receipt("delivered", 20, "SMS", status={"detail": "delivered_to_recipient"}, clientMessageId="order-77"),
    sms("delivered", 21, status={"detail": "delivered_to_recipient"}, **PRICE),
)


def state_of(model):
    hidden = {"id", "recorded_at", "message_id"}
    return [{name: value for name, value in row.items() if name not in hidden} for row in model.objects.values()]


def test_an_sms_fallback_is_never_whatsapp(acme, take):  # noqa: F811
    for body in BODIES:
        assert take("8x8", body) == ("done", "")
    message, leg = Message.objects.get(), Leg.objects.get()
    assert (message.status, message.delivered_at, message.read_at) == ("undelivered", None, None)
    assert not UsageFact.objects.exists()
    assert (leg.umid, leg.channel, leg.status, leg.msisdn, leg.country) == (
        UMID,
        "sms",
        "delivered",
        "6591230001",
        "SG",
    )
    assert (leg.price, leg.currency, leg.segments, leg.business_address) == (Decimal("0.0375"), "USD", 3, "ACME")
    assert (leg.client_message_id, leg.status_detail) == ("order-77", "delivered_to_recipient")
    assert leg.subaccount.code == "acme_shop"


def test_a_umid_in_another_spelling_is_the_same_message(acme, take):  # noqa: F811
    for body in (
        receipt("sent", 1, "whatsapp"),
        receipt("delivered", 2, "whatsapp", umid=f"{{{UMID.upper()}}}", whatsapp={"pricingCategory": "marketing"}),
        sms("queued", 3),
        sms("delivered", 4, umid=UMID.upper()),
    ):
        assert take("8x8", body) == ("done", "")
    assert (Message.objects.get().status, Leg.objects.get().status) == ("delivered", "delivered")
    assert UsageFact.objects.count() == 1


def test_any_order_gives_the_same_rows(acme, take):  # noqa: F811
    states = set()
    for order in list(permutations(BODIES))[::17]:
        Leg.objects.all().delete()
        for body in order:
            take("8x8", body)
        states.add(str(state_of(Leg)))
    assert len(states) == 1
    assert Message.objects.get().status == "undelivered"


def test_both_legs_of_a_umid_are_rows_of_their_own(acme, take):  # noqa: F811
    take("8x8", sms("delivered", 1))
    take("8x8", receipt("read", 2, "viber"))
    assert list(Leg.objects.order_by("channel").values_list("channel", "status")) == [
        ("sms", "delivered"), ("viber", "read"),
    ]  # fmt: skip
    assert not Message.objects.exists()


def test_an_inbound_sms_is_a_row_with_its_text(acme, take):  # noqa: F811
    payload = {"umid": UMID, "subAccountId": "acme_shop", "timestamp": "2026-11-30T10:00:00Z", "source": NUMBER,
               "destination": "+6531580001", "body": "STOP", "encoding": "GSM7", "smsCount": 1}  # fmt: skip
    body = {"namespace": "SMS", "eventType": "inbound_message_received", "payload": payload}
    assert take("8x8", body) == ("done", "")
    leg = Leg.objects.get()
    assert (leg.direction, leg.status, leg.msisdn, leg.business_address) == (
        "inbound", "received", "6591230001", "+6531580001",
    )  # fmt: skip
    assert leg.content == {"text": "STOP", "encoding": "GSM7"}
    assert not Message.objects.exists()


def test_an_unregistered_subaccount_is_parked_and_an_unknown_channel_quarantined(acme, take):  # noqa: F811
    assert take("8x8", sms("delivered", 1, subAccountId="nobody"))[0] == "parked"
    assert take("8x8", receipt("delivered", 1, "pigeon")) == (
        "quarantined", "The outbound_message_status_changed cannot be used: pigeon is no known channel.",
    )  # fmt: skip
    assert not Leg.objects.exists()


def test_an_odd_price_is_left_out_with_a_note(acme, take):  # noqa: F811
    state, reason = take("8x8", sms("delivered", 1, price={"total": "NaN", "currency": "USD"}))
    assert (state, reason) == ("done", "The price 'NaN' 'USD' is left out: it is no amount in a currency.")
    assert Leg.objects.values_list("status", "price", "currency").get() == ("delivered", None, "")


def test_a_replay_changes_nothing(acme, take):  # noqa: F811
    for body in BODIES:
        take("8x8", body)
    before = state_of(Leg)
    inbox.replay_all(InboxItem.objects.all())
    inbox.drain()
    assert state_of(Leg) == before
