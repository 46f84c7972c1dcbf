"""The counts equal the log, whatever happened to its messages."""

from collections import Counter
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import count
from zoneinfo import ZoneInfo

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from messaging.log import lifecycle
from messaging.log.directory import Directory
from messaging.log.lifecycle import traffic
from messaging.log.models import Message, TrafficDay, TrafficDelta, TrafficDetail, TrafficSlot, TrafficZone
from providers.events import MessageEvent
from tests.people import member
from tests.traffic import INDIA, report

NOON = datetime(2026, 10, 15, 12, tzinfo=UTC)
_serial = count()
events = st.builds(
    lambda message, state, minutes, category, template, msisdn, code: MessageEvent(
        provider_message_id=message, state=state, at=NOON + timedelta(minutes=minutes), number_id="106540352242922",
        category=category, pricing_type="free_entry_point" if category == "utility" else "", template_name=template,
        template_language="en", msisdn=msisdn, error_source="meta" if code else "", error_code=code,
    ),
    st.sampled_from("ABC"), st.sampled_from(["queued", "sent", "delivered", "read", "failed"]), st.integers(-90, 90),
    st.sampled_from(["", "marketing", "utility"]), st.sampled_from(["", "weekend_sale", "order_update"]),
    st.sampled_from(["", INDIA, "6591234567"]), st.sampled_from([None, None, 131026, 131049]),
)  # fmt: skip


def apply(account, batch):
    directory = Directory([account.pk])
    directory.load_templates([(account.pk, event) for event in batch])
    place = directory.placement(account.pk, "meta", batch[0])
    lifecycle.apply([lifecycle.EventReport(account.pk, "meta", event, place) for event in batch], directory)


def counted(model, *more):
    """The counts by the common dimensions and `more`."""
    return {
        (row.slot, row.status, row.category, row.free, row.error_code, *(getattr(row, name) for name in more)): row.n
        for row in model.objects.exclude(n=0)
    }


def in_the_log(*more):
    return Counter(
        (
            row.created_at.replace(minute=row.created_at.minute // 15 * 15),
            row.status,
            row.category,
            row.pricing_type.startswith("free"),
            row.error_code or 0,
            *(getattr(row, name) or 0 if name == "template_id" else getattr(row, name) for name in more),
        )
        for row in Message.objects.all()
    )


def by_day():
    counts = Counter()
    for row in TrafficDay.objects.exclude(n=0):
        counts[row.zone, row.day, row.status] += row.n
    return +counts


def in_the_log_by_day():
    return Counter(
        (zone, row.created_at.astimezone(ZoneInfo(zone)).date(), row.status)
        for row in Message.objects.all()
        for zone in TrafficZone.objects.values_list("zone", flat=True)
    )


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.lists(events, min_size=1, max_size=5), min_size=1, max_size=4))
def test_folded_counts_equal_the_log(acme, batches):
    run = next(_serial)
    for batch in batches:
        apply(acme, [replace(event, provider_message_id=f"{run}{event.provider_message_id}") for event in batch])
        traffic.fold()
    assert counted(TrafficSlot) == in_the_log()
    assert counted(TrafficDetail, "country", "template_id") == in_the_log("country", "template_id")
    assert by_day() == in_the_log_by_day()
    assert not TrafficDelta.objects.exists()


def test_days_are_summed_up_in_the_zones_of_accounts_and_people(acme, other):
    report(acme, "sent", at=NOON.replace(hour=18, minute=29))
    traffic.fold()
    member(acme, "viewer", time_zone="Asia/Kolkata")
    member(acme, "viewer", time_zone="Atlantis/Capital")  # no zone: nothing breaks
    report(acme, "sent", provider_message_id="wamid.B", at=NOON.replace(hour=18, minute=30))
    traffic.fold()
    traffic.fold()
    assert {(row.zone, row.day.day): row.n for row in TrafficDay.objects.filter(account=acme)} == {
        ("Asia/Singapore", 16): 2, ("Asia/Kolkata", 15): 1, ("Asia/Kolkata", 16): 1,
    }  # fmt: skip
    assert TrafficZone.objects.filter(account=other).count() == 1


def test_folding_nothing_is_nothing(acme):
    assert traffic.fold() == 0
