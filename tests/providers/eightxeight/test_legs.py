"""Other channels than WhatsApp in 8x8's webhooks."""

import json
from decimal import Decimal

import pytest

from providers.eightxeight.parse import parse
from providers.events import MessageEvent
from providers.vocabulary import Direction, OtherChannel

STATUS = {"state": "delivered", "detail": "delivered_to_recipient", "timestamp": "2026-11-30T10:00:00Z"}
PAYLOAD = {"umid": "u", "subAccountId": "acme_shop", "status": STATUS, "user": {"msisdn": "+6591230001"}}
INBOUND = {"umid": "u", "subAccountId": "acme_shop", "timestamp": "2026-11-30T10:00:00Z"}


def parse_body(payload, namespace="ChatApps", kind="outbound_message_status_changed"):
    return parse(json.dumps({"namespace": namespace, "eventType": kind, "payload": payload}).encode())


def leg(*args, **how):
    outcome = parse_body(*args, **how)
    assert (outcome.problems, outcome.notes) == ([], [])
    (event,) = outcome.events
    return event


@pytest.mark.parametrize("channel", sorted(OtherChannel.values))
@pytest.mark.parametrize("spell", [str.lower, str.upper, str.title, lambda word: f" {word} "])
def test_every_channel_in_every_place_and_spelling(channel, spell):
    word = spell(channel)
    for payload, namespace in (
        (PAYLOAD | {"channel": word}, "ChatApps"),
        (PAYLOAD | {"outboundContent": {"channel": word}}, "ChatApps"),
        (PAYLOAD, word),
    ):
        event = leg(payload, namespace)
        assert (event.channel, event.message.state, event.message.msisdn) == (channel, "delivered", "6591230001")
    received = leg(INBOUND | {"recipient": {"channel": word}}, kind="inbound_message_received")
    assert (received.channel, received.message.direction) == (channel, Direction.INBOUND)


def test_whatsapp_is_a_message():
    assert isinstance(parse_body(PAYLOAD | {"channel": "WhatsApp"}).events[0], MessageEvent)


@pytest.mark.parametrize(
    ("channel", "user", "person"),
    [
        ("viber", {"msisdn": "+6591230001", "channelUserId": "6591230001"}, ("6591230001", "")),
        ("viber", {"channelUserId": "6591230001"}, ("6591230001", "")),
        ("line", {"channelUserId": "U4af4980629"}, ("", "U4af4980629")),
        ("facebook", {"channelUserId": "2384829384723984"}, ("", "2384829384723984")),
        ("zalo", {"msisdn": "+84912345678", "channelUserId": "5551234567"}, ("84912345678", "5551234567")),
        ("rcs", {}, ("", "")),
    ],
)
def test_the_person_by_channel(channel, user, person):
    message = leg(PAYLOAD | {"channel": channel, "user": user}).message
    assert (message.msisdn, message.user_id) == person


@pytest.mark.parametrize(
    ("source", "person"), [("+6591230002", ("6591230002", "")), ("123", ("", "123")), ("", ("", ""))]
)
def test_an_inbound_sms_may_come_from_a_short_code(source, person):
    payload = INBOUND | {"source": source, "destination": "+6531580001", "body": "STOP", "smsCount": 1}
    event = leg(payload, "SMS", kind="inbound_message_received")
    assert (event.message.msisdn, event.message.user_id) == person
    assert (event.business_address, event.segments, event.message.content) == (
        "+6531580001", 1, {"text": "STOP", "encoding": ""},
    )  # fmt: skip


@pytest.mark.parametrize(
    ("price", "amount"),
    [
        ({"total": 0.0375, "currency": "USD"}, (Decimal("0.0375"), "USD")),
        ({"total": "0.0446592", "currency": "eur"}, (Decimal("0.0446592"), "EUR")),
        ({"total": "1e-2", "currency": "USD"}, (Decimal("0.01"), "USD")),
        ({"total": 0, "currency": "EUR"}, (Decimal(0), "EUR")),
        ({"total": 0.1 + 0.2, "currency": "EUR"}, (Decimal("0.3"), "EUR")),
        (None, (None, "")),
        ({}, (None, "")),
    ],
)
def test_a_price_is_exact(price, amount):
    event = leg(PAYLOAD | {"price": price}, "SMS")
    assert (event.price, event.currency) == amount


@pytest.mark.parametrize(
    "price",
    [{"total": -1, "currency": "USD"}, {"total": "NaN", "currency": "USD"}, {"total": "1e400", "currency": "USD"},
     {"total": 1e-13, "currency": "USD"}, {"total": True, "currency": "USD"}, {"total": "0,03", "currency": "USD"},
     {"total": 1, "currency": "Dollar"}, {"total": 1}, {"currency": "USD"}, "free", [1], {"total": {}}],
)  # fmt: skip
def test_what_is_no_price_is_left_out_with_a_note(price):
    outcome = parse_body(PAYLOAD | {"price": price}, "SMS")
    assert (outcome.events[0].price, outcome.events[0].currency, outcome.problems) == (None, "", [])
    assert [note.partition(" is left out: ")[2] for note in outcome.notes] == ["it is no amount in a currency."]
