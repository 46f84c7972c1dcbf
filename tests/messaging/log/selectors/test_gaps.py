"""Gap detection: which numbers, messages and webhooks are missing, by account."""

from datetime import timedelta

import pytest

from core.counting import COUNT_LIMIT
from messaging.inbound.models import InboxItem, WebhookEndpoint
from messaging.inbound.selectors.held import unsettled_webhooks
from messaging.log.lifecycle import traffic
from messaging.log.models import Message, PhoneNumber, TrafficSlot
from messaging.log.selectors.gaps import QUIET_AFTER, QUIET_LEAST, long_in_sent, quiet_numbers
from tests.traffic import AT, report

pytestmark = pytest.mark.django_db
NOW = AT.replace(hour=12)
WEEK = timedelta(days=7)


def number_of(account):
    return PhoneNumber.objects.filter(account=account, provider="meta").first()


def slot(account, at, n=QUIET_LEAST, **about):
    defaults = {"subaccount_id": 0, "phone_number_id": number_of(account).pk, "direction": "inbound", "category": ""}
    TrafficSlot.objects.create(
        account=account, slot=at, n=n, free=False, **{**defaults, "status": "received", **about}
    )  # fmt: skip


def usual(account, at=NOW - timedelta(hours=2), **about):
    """The same traffic one and two weeks ago."""
    slot(account, at - WEEK, **about)
    slot(account, at - 2 * WEEK, **about)


def test_a_number_that_went_quiet(acme):
    usual(acme)
    slot(acme, NOW - QUIET_AFTER - timedelta(hours=3), 1)
    (quiet,) = quiet_numbers([acme.pk], NOW)
    assert (quiet.number.account, quiet.number.id, quiet.number.provider_number_id) == (
        "Acme Retail",
        number_of(acme).pk,
        "106540352242922",
    )
    assert (quiet.last_at, quiet.usual) == (NOW - QUIET_AFTER - timedelta(hours=3), QUIET_LEAST)


@pytest.mark.parametrize("ago", [timedelta(0), QUIET_AFTER])
def test_one_message_ends_the_quiet(acme, ago):
    usual(acme)
    slot(acme, NOW - ago, 1)
    assert quiet_numbers([acme.pk], NOW) == []


def test_a_message_that_is_not_folded_yet_ends_it_too(acme):
    usual(acme)
    report(acme, "sent", at=NOW - timedelta(minutes=5))
    assert quiet_numbers([acme.pk], NOW) == []


@pytest.mark.parametrize(
    ("at", "n"),
    [
        (NOW - QUIET_AFTER - timedelta(hours=1), QUIET_LEAST),  # other hours
        (NOW + timedelta(minutes=15), QUIET_LEAST),  # hours that are still to come
        (NOW - timedelta(hours=2), QUIET_LEAST - 1),
        (NOW - timedelta(days=1), QUIET_LEAST),  # another weekday
    ],
)
def test_hours_that_are_always_quiet_raise_no_alarm(acme, at, n):
    usual(acme, at, n=n)
    assert quiet_numbers([acme.pk], NOW) == []


def test_a_new_number_raises_no_alarm(acme):
    slot(acme, NOW - timedelta(hours=2) - WEEK)
    assert quiet_numbers([acme.pk], NOW) == []


def test_messages_of_no_known_number_raise_no_alarm(acme):
    usual(acme, phone_number_id=0)
    assert quiet_numbers([acme.pk], NOW) == []


def test_quiet_numbers_of_other_accounts_are_not_listed(acme, other):
    usual(other)
    assert quiet_numbers([acme.pk], NOW) == []
    assert [quiet.number.account for quiet in quiet_numbers([acme.pk, other.pk], NOW)] == [other.name]


def test_messages_long_in_sent(acme, other):
    ages = (timedelta(minutes=70), timedelta(minutes=80), timedelta(hours=30), timedelta(days=8))
    for n, age in enumerate(ages):
        report(acme, "sent", provider_message_id=f"wamid.{n}", at=NOW - age)
    report(acme, "sent", provider_message_id="wamid.done", at=NOW - timedelta(hours=2))
    report(acme, "delivered", provider_message_id="wamid.done", at=NOW - timedelta(hours=2))
    (row,) = long_in_sent([acme.pk], NOW)
    assert (row.number.id, row.hour, row.day) == (number_of(acme).pk, 2, 1)
    traffic.fold()
    assert long_in_sent([acme.pk, other.pk], NOW) == [row]
    assert long_in_sent([other.pk], NOW) == []


def test_nothing_is_read_from_the_log(acme, django_assert_num_queries):
    report(acme, "sent", at=NOW - timedelta(hours=2))
    with django_assert_num_queries(2) as queries:
        long_in_sent([acme.pk], NOW)
        quiet_numbers([acme.pk], NOW)
    assert not any(Message._meta.db_table in query["sql"] for query in queries)


def webhook(account, state, due_at=NOW, n=1):
    endpoint = WebhookEndpoint.objects.filter(account=account).first()
    InboxItem.objects.bulk_create(
        InboxItem(account=account, endpoint=endpoint, provider="meta", body=b"", received_at=AT, state=state,
                  due_at=due_at)
        for _ in range(n)
    )  # fmt: skip


def test_webhooks_that_wait_or_are_held(acme, other):
    webhook(acme, "pending", NOW - timedelta(seconds=70))
    webhook(acme, "pending", NOW + timedelta(seconds=90))  # a worker has it
    webhook(acme, "quarantined", n=2)
    webhook(acme, "done")
    webhook(other, "parked", n=3)
    mine, theirs = unsettled_webhooks([acme.pk, other.pk], NOW)
    assert (mine.account, mine.pending, mine.quarantined, mine.parked) == (acme.name, 2, 2, 0)
    assert mine.due_since == NOW - timedelta(seconds=70)
    assert (theirs.account, theirs.pending, theirs.quarantined, theirs.parked) == (other.name, 0, 0, 3)
    assert theirs.due_since is None
    assert unsettled_webhooks([acme.pk], NOW) == [mine]


def test_nothing_is_held(acme):
    webhook(acme, "done")
    assert unsettled_webhooks([acme.pk], NOW) == []


def test_counting_ends_where_nobody_cares(acme):
    webhook(acme, "quarantined", n=COUNT_LIMIT + 5)
    assert unsettled_webhooks([acme.pk], NOW)[0].quarantined == COUNT_LIMIT + 1
