"""Bodies of real traffic that are easily misread, through the inbox: what is stored, and what it costs."""

from decimal import Decimal

import pytest

from billing.selectors import charges_of
from messaging.log.models import Message, MessagePayload, Participant
from messaging.log.selectors.log import attach
from messaging.log.selectors.participants import keys_of
from tests.messaging.inbound.test_samples import meta, take  # noqa: F401 - a fixture
from tests.traffic import AT, rate

pytestmark = pytest.mark.django_db
NOW = str(int(AT.timestamp()))
PERSON = "919812340077"


def status(name="wamid.A", category="utility", **about):
    pricing = {"billable": True, "pricing_model": "PMP", "type": "regular", "category": category}
    return {"id": name, "status": "delivered", "timestamp": NOW, "pricing": pricing, **about}


def inbound(name="wamid.B", **content):
    return {"from": PERSON, "id": name, "timestamp": NOW, **content}


def costs(account):
    """State, amount, market and country of each charge, with what it rests on."""
    rate()
    rows = list(Message.objects.filter(account=account))
    attach(account, rows)
    charges = charges_of(account, [key for row in rows for key in keys_of(row)]).values()
    return sorted((str(c.state), c.amount, c.market, c.country, c.price_source) for c in charges)


def test_a_person_without_a_number_is_charged_at_the_country_of_their_id(acme, take):  # noqa: F811
    marketing = [
        status("wamid.1", "marketing", recipient_id="IN.5550002"),
        status("wamid.2", "marketing", recipient_user_id="IN.5550002"),
        status("wamid.3", "marketing", recipient_user_id="IN.ENT.5550002"),
        status("wamid.4", "marketing", recipient_id="SG.5550002", recipient_user_id="SG.5550002"),
    ]
    assert take("meta", meta(statuses=marketing)) == ("done", "")
    receipt = {
        "umid": "d03cbbf5-3e2d-ea11-815d-020897df5459", "subAccountId": "acme_wa", "channel": "whatsapp",
        "user": {"channelUserId": "IN.5550002"}, "whatsapp": {"pricingCategory": "marketing"},
        "status": {"state": "delivered", "timestamp": AT.isoformat()},
    }  # fmt: skip
    event = {"namespace": "ChatApps", "eventType": "outbound_message_status_changed", "payload": receipt}
    assert take("8x8", event) == ("done", "")
    india = ("charged", Decimal("0.0118"), "India", "IN")
    assert costs(acme) == [
        (*india, "inferred"), *[(*india, "webhook")] * 3, ("charged", Decimal("0.0732"), "Singapore", "SG", "webhook"),
    ]  # fmt: skip
    assert set(Message.objects.values_list("msisdn", flat=True)) == {""}


def test_each_participant_of_a_group_is_charged_at_their_own_rate(acme, take):  # noqa: F811
    group = {"recipient_id": "GRP_z", "recipient_type": "group", "category": "group_utility"}
    statuses = [
        status(recipient_participant_id=person, **group) for person in ("919812340381", "6591230381", "33612340381")
    ]
    assert take("meta", meta(statuses=statuses)) == ("done", "")
    charges = costs(acme)
    assert charges == [
        ("charged", Decimal("0.0014"), "India", "IN", "webhook"),
        ("charged", Decimal("0.016"), "Singapore", "SG", "webhook"),
        ("charged", Decimal("0.03"), "France", "FR", "webhook"),
    ]
    assert sum(amount for _, amount, *_ in charges) == Decimal("0.0474")
    assert Message.objects.values_list("msisdn", "group_id", "country").get() == ("", "GRP_z", "")
    assert sorted(Participant.objects.values_list("msisdn", "country")) == [
        ("33612340381", "FR"), ("6591230381", "SG"), ("919812340381", "IN"),
    ]  # fmt: skip


def test_half_an_emoji_and_a_typed_escape_lose_nothing(acme, take):  # noqa: F811
    """Half an emoji is no text and is replaced; what a person types about an escape is text."""
    body = meta(
        statuses=[status(recipient_id=PERSON)],
        contacts=[{"profile": {"name": "B"}, "wa_id": PERSON}],
        messages=[
            inbound("wamid.B", type="button", button={"payload": "p", "text": "Great \ud83d"}),
            inbound("wamid.C", type="text", text={"body": r"what does \u0000 mean?"}),
        ],
    )
    note = "Characters that no text can hold: 1. Each is stored as \ufffd."
    assert take("meta", body) == ("done", note)
    assert costs(acme) == [("charged", Decimal("0.0014"), "India", "IN", "webhook")]
    ids = dict(Message.objects.values_list("pk", "provider_message_id"))
    texts = {ids[row.message_id]: row.body for row in MessagePayload.objects.filter(kind="content")}
    assert texts["wamid.B"]["button"] == {"payload": "p", "text": "Great \ufffd"}
    assert texts["wamid.C"]["text"] == {"body": r"what does \u0000 mean?"}


@pytest.mark.parametrize("order", [1, -1])
def test_a_message_from_the_business_app_stays_free_when_its_delivery_has_no_price(acme, take, order):  # noqa: F811
    echo = {
        "from": "15550783881",
        "to": PERSON,
        "id": "wamid.E",
        "timestamp": NOW,
        "type": "text",
        "text": {"body": "Hi"},
    }
    delivered = {"id": "wamid.E", "status": "delivered", "timestamp": NOW, "recipient_id": PERSON}
    for body in [meta(message_echoes=[echo]), meta(statuses=[delivered])][::order]:
        assert take("meta", body) == ("done", "")
    message = Message.objects.get()
    assert (message.direction, message.status_detail, message.content_type) == ("outbound", "business_app", "text")
    assert [(state, amount) for state, amount, *_ in costs(acme)] == [("free", 0)]
