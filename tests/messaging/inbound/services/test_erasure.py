"""A deleted message still counts, and no webhook restores it."""

import threading
from datetime import date, timedelta

import orjson
import pytest
from django.db import connection, connections, transaction

from billing.models import UsageFact
from billing.selectors import cost_report
from core.tenancy import every_tenant
from events.models import Delivery, Event, Subscription
from messaging.inbound import inbox
from messaging.inbound.models import InboxItem, WebhookEndpoint
from messaging.inbound.services.erasure import erase_messages
from messaging.log.lifecycle.erasure import AnchorKey
from messaging.log.lifecycle.traffic import fold
from messaging.log.models import (
    DeletedMessage,
    Horizon,
    Message,
    MessageAnchor,
    MessagePayload,
    StatusEvent,
    TrafficDelta,
)
from tests.traffic import AT, INDIA, META, deliver, rate, report

pytestmark = pytest.mark.django_db
OTHER_PERSON = "919800000001"


def key(message):
    return AnchorKey(message.provider, message.provider_message_id)


def costs(account):
    """The month's cost report and its counts, as text."""
    rate()
    report = cost_report(account, start=date(2026, 10, 1), end=date(2026, 10, 31), group_by=["day", "category"])
    return repr((report.rows, report.totals))


def traffic(account):
    """The account's message counts by status."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT status, sum(n) FROM log_trafficdelta WHERE account_id = %s GROUP BY 1 HAVING sum(n) <> 0",
            [account.pk],
        )
        return dict(cursor.fetchall())


def status_body(*statuses):
    """A webhook of Meta's with (wamid, status, msisdn) each, two seconds after `AT`."""
    entries = [
        {"id": wamid, "status": status, "timestamp": str(int(AT.timestamp()) + 2), "recipient_id": msisdn,
         "pricing": {"billable": True, "pricing_model": "PMP", "type": "regular", "category": "marketing"}}
        for wamid, status, msisdn in statuses
    ]  # fmt: skip
    value = {"messaging_product": "whatsapp", "metadata": {"phone_number_id": META.number_id},
             "contacts": [{"wa_id": msisdn, "profile": {"name": f"N {msisdn}"}} for _, _, msisdn in statuses],
             "statuses": entries}  # fmt: skip
    change = {"field": "messages", "value": value}
    return orjson.dumps({"object": "whatsapp_business_account", "entry": [{"id": "1", "changes": [change]}]})


def process_webhook(account, *statuses):
    """Store a webhook and process it."""
    endpoint = WebhookEndpoint.objects.get(account=account, provider="meta")
    item = InboxItem.objects.create(account=account, endpoint=endpoint, provider="meta", body=status_body(*statuses))
    inbox.drain()
    return item


def test_nothing_of_it_remains_but_what_it_counts_for(acme):
    message = deliver(acme, provider_message_id="wamid.A", content={"text": {"body": "Hello"}})
    deliver(acme, provider_message_id="wamid.B", msisdn=OTHER_PERSON)
    before = costs(acme), traffic(acme), UsageFact.objects.count()
    assert dict(erase_messages(acme.pk, [key(message)])) == {
        "messages": 1,
        "payloads": 1,
        "statuses": 2,
        "webhooks": 0,
    }
    assert [each.provider_message_id for each in Message.objects.all()] == ["wamid.B"]
    assert not MessagePayload.objects.exists()
    assert not StatusEvent.objects.filter(message_id=message.pk).exists()
    assert MessageAnchor.objects.get().provider_message_id == "wamid.B"
    assert DeletedMessage.objects.get().status == "delivered"
    assert (costs(acme), traffic(acme), UsageFact.objects.count()) == before


def test_deleting_it_again_finds_nothing(acme):
    message = deliver(acme)
    erase_messages(acme.pk, [key(message)])
    assert not erase_messages(acme.pk, [key(message)])


def test_where_its_receipts_go_is_forgotten_too(acme):
    message, other = deliver(acme), deliver(acme, provider_message_id="wamid.B")
    for each in (message, other):
        about = {"account": acme, "subject_type": "message", "subject_id": each.pk}
        subscription = Subscription.objects.create(**about, public_id=each.umid, url="https://c.example/7")
        event = Event.objects.create(**about, type="message.status", at=AT)
        Delivery.objects.create(account=acme, subscription=subscription, event=event)
    erase_messages(acme.pk, [key(message)])
    assert [each.subject_id for each in Event.objects.all()] == [other.pk]
    assert [each.subscription.public_id for each in Delivery.objects.select_related("subscription")] == [other.umid]


def test_another_accounts_message_of_the_same_id_stays(acme, other):
    message = deliver(acme)
    deliver(other)
    erase_messages(acme.pk, [key(message)])
    assert Message.objects.get().account == other


def test_a_late_delivery_counts_and_is_charged_and_brings_nothing_back(acme):
    message = report(acme, "sent", category="marketing", pricing_type="regular")
    erase_messages(acme.pk, [key(message)])
    process_webhook(acme, ("wamid.A", "delivered", INDIA))
    assert not Message.objects.exists()
    assert not MessageAnchor.objects.exists()
    assert not StatusEvent.objects.exists()
    assert not InboxItem.objects.exists()  # nothing else was in it
    assert traffic(acme) == {"delivered": 1}
    assert UsageFact.objects.count() == 1
    assert DeletedMessage.objects.get().status == "delivered"
    counted = costs(acme)
    process_webhook(acme, ("wamid.A", "delivered", INDIA))
    process_webhook(acme, ("wamid.A", "read", INDIA))
    assert traffic(acme) == {"read": 1}
    assert costs(acme) == counted


def test_it_counts_as_it_would_have_without_deletion(acme, other):
    """The same events in two accounts, of which one deletes in between."""
    events = ["queued", "sent", "failed", "delivered", "read"]
    for place, state in enumerate(events):
        for account in (acme, other):
            from tests.traffic import channel_of

            event = {"at": AT + timedelta(seconds=place - 2), "category": "marketing", "channel": channel_of(account)}
            try:
                report(account, state, **event)
            except Message.DoesNotExist:
                assert (account, place > 1) == (acme, True)
        if place == 1:
            erase_messages(acme.pk, [key(Message.objects.get(account=acme))])
    assert traffic(acme) == traffic(other) == {"read": 1}
    rows = UsageFact.objects.values_list("billed_at", "day", "kind__category")
    assert rows.get(account=acme) == rows.get(account=other)


def test_webhooks_lose_its_parts_and_keep_the_others(acme):
    alone = process_webhook(acme, ("wamid.A", "sent", INDIA))
    both = process_webhook(acme, ("wamid.A", "delivered", INDIA), ("wamid.B", "delivered", OTHER_PERSON))
    counts = erase_messages(acme.pk, [AnchorKey("meta", "wamid.A")])
    assert counts["webhooks"] == 2
    assert not InboxItem.objects.filter(pk=alone.pk).exists()
    body = bytes(InboxItem.objects.get(pk=both.pk).body)
    assert b"wamid.A" not in body
    assert INDIA.encode() not in body
    assert body.count(OTHER_PERSON.encode()) == 3
    before = traffic(acme)
    inbox.replay([both.pk])
    inbox.drain()
    assert (traffic(acme), [each.provider_message_id for each in Message.objects.all()]) == (before, ["wamid.B"])


def test_a_person_stays_in_a_webhook_while_another_message_of_theirs_does(acme):
    both = process_webhook(acme, ("wamid.A", "delivered", INDIA), ("wamid.B", "delivered", INDIA))
    erase_messages(acme.pk, [AnchorKey("meta", "wamid.A")])
    body = bytes(InboxItem.objects.get(pk=both.pk).body)
    assert b"wamid.A" not in body
    assert INDIA.encode() in body


def test_what_is_older_than_retention_remembers_is_not_brought_back(acme):
    Horizon.objects.create(account=acme, begins_at=AT + timedelta(days=1))
    process_webhook(acme, ("wamid.A", "delivered", INDIA))
    assert not Message.objects.exists()
    assert InboxItem.objects.get().state == "done"


@pytest.mark.django_db(transaction=True)
def test_a_webhook_that_comes_while_it_is_deleted(acme):
    """The deletion holds the anchor; the webhook waits for it and then finds the message deleted."""
    message = report(acme, "sent", category="marketing", pricing_type="regular")
    done = threading.Event()

    def ingest():
        with every_tenant():
            process_webhook(acme, ("wamid.A", "delivered", INDIA))
        done.set()
        connections.close_all()

    with transaction.atomic():
        erase_messages(acme.pk, [key(message)])
        thread = threading.Thread(target=ingest)
        thread.start()
        assert not done.wait(0.5)
    assert done.wait(60)
    thread.join(60)
    assert (Message.objects.count(), MessageAnchor.objects.count(), InboxItem.objects.count()) == (0, 0, 0)
    assert traffic(acme) == {"delivered": 1}
    fold()
    assert not TrafficDelta.objects.exists()
