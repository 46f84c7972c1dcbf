"""The dashboard's numbers."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from accounts.models import Subaccount
from core.periods import Period, named_period
from messaging.log.lifecycle import traffic as traffic_fold
from messaging.log.models import PhoneNumber, TrafficDelta, TrafficDetail, TrafficSlot
from messaging.log.selectors.traffic import (
    CategoryCount,
    Failure,
    TrafficFilter,
    counts,
    has_traffic,
    traffic,
)

pytestmark = pytest.mark.django_db
NOON = datetime(2026, 11, 10, 4, tzinfo=UTC)
SINGAPORE = ZoneInfo("Asia/Singapore")
PERIOD = Period("custom", date(2026, 11, 10), date(2026, 11, 11))


def count(account, n, status, slot=NOON, *, model=TrafficSlot, code="acme_shop", **overrides):
    """Store a count of messages at a status."""
    number = PhoneNumber.objects.filter(account=account, subaccount__code=code).first()
    columns = {
        "subaccount_id": number.subaccount_id if number else 0,
        "phone_number_id": number.pk if number else 0,
        "direction": "inbound" if status == "received" else "outbound",
        "category": "marketing",
        "free": False,
        **overrides,
    }
    model.objects.create(account=account, slot=slot, status=status, n=n, **columns)


def read(account, **filters):
    return traffic(account, PERIOD, SINGAPORE, TrafficFilter(**filters))


def test_counts_slots_and_what_is_not_folded_in_one_query(acme, django_assert_num_queries):
    count(acme, 10, "sent")
    count(acme, -3, "sent", model=TrafficDelta)
    count(acme, 3, "delivered", model=TrafficDelta)
    with django_assert_num_queries(2):  # and whether days are summed up for the zone
        total = read(acme).total
    assert total.by_status == {"sent": 7, "delivered": 3}


def test_figures(acme):
    for n, status in enumerate(["read", "delivered", "undelivered", "rejected", "expired", "sent", "queued"], start=1):
        count(acme, n, status)
    count(acme, 9, "received")
    total = read(acme).total
    assert (total.outbound, total.delivered, total.read, total.lost, total.settled, total.received) == (
        28,
        3,
        1,
        12,
        15,
        9,
    )
    assert total.rate == 3 / 15


def test_no_rate_without_an_outcome(acme):
    count(acme, 5, "sent")
    assert read(acme).total.rate is None


def test_days_are_those_of_the_zone(acme):
    count(acme, 1, "sent", datetime(2026, 11, 9, 15, tzinfo=UTC))  # 23:00 the day before
    count(acme, 2, "sent", datetime(2026, 11, 9, 16, tzinfo=UTC))
    count(acme, 4, "sent", datetime(2026, 11, 11, 15, tzinfo=UTC))
    count(acme, 8, "sent", datetime(2026, 11, 11, 16, tzinfo=UTC))  # the day after
    result = read(acme)
    assert {day.day: counts.outbound for day, counts in result.days.items()} == {10: 2, 11: 4}
    assert (result.total.outbound, result.previous.outbound) == (6, 1)


def test_summed_days_give_the_same_counts(acme):
    for hour in range(0, 72, 5):
        count(acme, hour + 1, "sent", NOON - timedelta(days=2) + timedelta(hours=hour))
    from_slots = read(acme)
    traffic_fold.fold()
    TrafficSlot.objects.all().delete()
    count(acme, 7, "sent", model=TrafficDelta)
    result = read(acme)
    assert result.days[NOON.date()].outbound == from_slots.days[NOON.date()].outbound + 7
    assert result.total.outbound == from_slots.total.outbound + 7
    assert result.previous == from_slots.previous


def test_of_a_month_the_same_days_of_the_month_before_are_compared(acme):
    for day, n in ((1, 1), (11, 2), (12, 4), (31, 8)):
        count(acme, n, "sent", datetime(2026, 10, day, 4, tzinfo=UTC))
    count(acme, 16, "sent", NOON)
    result = traffic(acme, named_period("month", date(2026, 11, 11)), SINGAPORE, TrafficFilter())
    assert (result.total.outbound, result.previous.outbound) == (16, 3)


def test_categories_of_delivered_messages_split_into_charged_and_free(acme):
    count(acme, 5, "delivered")
    count(acme, 2, "read", free=True)
    count(acme, 9, "read", category="utility")
    count(acme, 9, "undelivered", category="utility")
    assert read(acme).categories == [CategoryCount("utility", 9, 0), CategoryCount("marketing", 5, 2)]


@pytest.mark.parametrize(
    ("filters", "n"),
    [
        ({}, 15),
        ({"direction": "inbound"}, 8),
        ({"statuses": ("sent",)}, 5),
        ({"statuses": ("sent", "read")}, 7),
        ({"category": "utility"}, 4),
    ],
)
def test_filters(acme, filters, n):
    count(acme, 1, "sent")
    count(acme, 4, "sent", category="utility")
    count(acme, 2, "read")
    count(acme, 8, "received")
    total = read(acme, **filters).total
    assert total.outbound + total.received == n


@pytest.mark.parametrize(
    ("filters", "n"),
    [
        ({"country": "IN"}, 5 + 8),
        ({"template_ids": [7, 9]}, 3 + 8),
        ({"country": "IN", "template_ids": [7]}, 1 + 8),
        ({"template_ids": []}, 0),
    ],
)
def test_filters_by_country_and_template(acme, filters, n):
    count(acme, 1, "sent", model=TrafficDetail, country="IN", template_id=7)
    count(acme, 2, "sent", model=TrafficDetail, country="SG", template_id=9)
    count(acme, 4, "read", model=TrafficDetail, country="IN", template_id=8)
    count(acme, 8, "read", model=TrafficDelta, country="IN", template_id=7)
    count(acme, 15, "read")  # the same in all countries
    assert read(acme, **filters).total.outbound == n


def test_failures_by_frequency_without_what_was_delivered_after_all(acme):
    count(acme, 2, "undelivered", error_source="meta", error_code=131026)
    count(acme, 1, "undelivered", error_source="meta", error_code=131026, category="utility")
    count(acme, 4, "rejected", error_source="8x8", error_code=57)
    count(acme, 5, "expired")
    count(acme, 9, "delivered", error_source="meta", error_code=131026)
    count(acme, 9, "undelivered", slot=NOON - timedelta(days=2), error_source="meta", error_code=131026)
    assert read(acme).failures == [
        (Failure("expired", "", 0), 5),
        (Failure("rejected", "8x8", 57), 4),
        (Failure("undelivered", "meta", 131026), 3),
    ]
    assert read(acme, error_code=57).total.lost == 4


def test_subaccounts_and_channels(acme):
    shop = Subaccount.objects.get(account=acme, code="acme_shop").pk
    count(acme, 1, "sent")
    count(acme, 2, "sent", code="acme_care")
    count(acme, 4, "sent", code="unknown")
    assert read(acme).total.outbound == 7
    assert read(acme, subaccount_ids=[shop]).total.outbound == 1
    assert read(acme, subaccount_ids=[]).total.outbound == 0
    number = PhoneNumber.objects.get(account=acme, subaccount__code="acme_care")
    assert read(acme, phone_number_id=number.pk).total.outbound == 2


def test_another_tenants_messages_are_not_counted(acme, other):
    count(other, 5, "sent", code="harbour")
    assert read(acme).total.outbound == 0
    assert not has_traffic(acme)
    assert has_traffic(other)


def test_counts_of_a_span_in_one_query(acme, django_assert_num_queries):
    count(acme, 10, "sent")
    count(acme, -3, "sent", model=TrafficDelta)
    count(acme, 2, "received")
    count(acme, 9, "sent", slot=NOON + timedelta(days=1))
    with django_assert_num_queries(1):
        result = counts(acme, NOON, NOON + timedelta(days=1), TrafficFilter())
    assert (result.by_status, result.received, result.messages) == ({"sent": 7}, 2, 9)
    only = counts(acme, NOON, NOON + timedelta(days=2), TrafficFilter(direction="outbound"))
    assert only.messages == 16
