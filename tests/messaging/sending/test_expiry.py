from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from billing.models import UsageFact
from messaging.log import lifecycle
from messaging.log.directory import Directory
from messaging.log.models import Message
from messaging.sending.expiry import expire
from providers.events import MessageEvent

NOW = datetime(2026, 11, 15, 3, tzinfo=UTC)
SENT = MessageEvent(provider_message_id="wamid.A", state="sent", at=NOW, number_id="106540352242922")


@pytest.fixture
def send(acme):
    directory = Directory([acme.pk])

    def run(ago, state="sent", **changes):
        event = replace(SENT, at=NOW - ago, state=state, **changes)
        place = directory.placement(acme.pk, "meta", event)
        lifecycle.apply([lifecycle.EventReport(acme.pk, "meta", event, place)], directory)

    return run


def displayed_status():
    return Message.objects.get().status


@pytest.mark.parametrize(
    ("ago", "category", "status"),
    [
        (timedelta(days=30, seconds=1), "marketing", "expired"),
        (timedelta(days=29, hours=23), "marketing", "sent"),
        (timedelta(days=45), "", "expired"),
        (timedelta(minutes=11), "authentication", "expired"),
        (timedelta(minutes=9), "authentication", "sent"),
        (timedelta(minutes=11), "authentication-international", "expired"),
    ],
)
def test_a_message_expires_after_its_time_to_live(send, ago, category, status):
    send(ago, category=category)
    expire(NOW)
    assert displayed_status() == status


def test_it_expires_at_the_end_of_its_life_not_when_the_job_runs(send):
    send(timedelta(days=40))
    assert expire(NOW) == 1
    message = Message.objects.get()
    assert message.expired_at == message.created_at + timedelta(days=30)
    assert message.phone_number_id is not None


@pytest.mark.parametrize("state", ["delivered", "read", "failed", "rejected", "received"])
def test_a_message_with_an_outcome_does_not_expire(send, state):
    send(timedelta(days=40), state)
    assert expire(NOW) == 0


def test_expiring_again_finds_nothing(send):
    send(timedelta(days=40))
    assert (expire(NOW), expire(NOW)) == (1, 0)


def test_a_delivery_that_is_reported_later_wins_and_is_charged(send):
    send(timedelta(days=40), category="marketing", pricing_type="regular")
    expire(NOW)
    send(timedelta(days=20), "delivered", category="marketing", pricing_type="regular")
    assert displayed_status() == "delivered"
    assert UsageFact.objects.count() == 1
