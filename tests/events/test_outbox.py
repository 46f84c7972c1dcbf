"""Events are written once, with their cause, and only if there is a subscription."""

from datetime import UTC, datetime

import pytest
from django.db import transaction

from accounts.models import Subaccount
from events.models import Delivery, Endpoint, Event, Subscription
from events.outbox import emit

pytestmark = pytest.mark.django_db
AT = datetime(2026, 10, 15, 12, tzinfo=UTC)


def emit_status(account, **more):
    emit("message.status", **{"account_id": account.pk, "subject_id": 7, "at": AT, "payload": {"state": "read"}} | more)


def endpoint(account, **more):
    return Endpoint.objects.create(account=account, event_type="message.status", url="https://a.example", **more)


def counts():
    return Event.objects.count(), Subscription.objects.count(), Delivery.objects.count()


def test_nothing_is_stored_where_nobody_subscribes(acme, other):
    endpoint(other)
    endpoint(acme, enabled=False)
    emit_status(acme)
    assert counts() == (0, 0, 0)


def test_the_same_event_is_one(acme):
    endpoint(acme)
    emit_status(acme)
    emit_status(acme)
    assert counts() == (1, 1, 1)
    emit_status(acme, key="again")
    assert counts() == (2, 1, 2)


def test_an_endpoint_of_a_subaccount_gets_what_is_its_own(acme):
    shop, care = Subaccount.objects.filter(account=acme, code__in=["acme_shop", "acme_care"]).order_by("-code")
    endpoint(acme, subaccount=shop)
    emit_status(acme, subaccount_id=care.pk)
    emit_status(acme)
    assert counts() == (0, 0, 0)
    emit_status(acme, subaccount_id=shop.pk)
    assert counts() == (1, 1, 1)


def test_an_address_that_follows_the_subject_needs_no_endpoint(acme):
    Subscription.objects.create(account=acme, subject_type="message", subject_id=7, url="https://own.example")
    emit_status(acme)
    emit_status(acme, subject_id=8)
    assert counts() == (1, 1, 1)


def test_what_is_rolled_back_was_never_emitted(acme):
    endpoint(acme)

    def fail():
        with transaction.atomic():
            emit_status(acme)
            raise RuntimeError

    with pytest.raises(RuntimeError):
        fail()
    assert counts() == (0, 0, 0)


def test_an_unknown_type_is_a_mistake(acme):
    with pytest.raises(KeyError):
        emit("moon.risen", account_id=acme.pk, subject_id=1, at=AT, payload={})
