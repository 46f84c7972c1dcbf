"""The counts equal the log, whatever happened to its messages."""

from collections import Counter
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import count

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from messaging import lifecycle, traffic
from messaging.directory import Directory
from messaging.events import MessageEvent
from messaging.models import Message, TrafficDelta, TrafficSlot

NOON = datetime(2026, 10, 15, 12, tzinfo=UTC)
_serial = count()
events = st.builds(
    lambda message, state, minutes, category: MessageEvent(
        provider_message_id=message, state=state, at=NOON + timedelta(minutes=minutes), number_id="106540352242922",
        category=category, pricing_type="free_entry_point" if category == "utility" else "",
    ),
    st.sampled_from("ABC"), st.sampled_from(["queued", "sent", "delivered", "read", "failed"]), st.integers(-90, 90),
    st.sampled_from(["", "marketing", "utility"]),
)  # fmt: skip


def apply(account, batch):
    directory = Directory([account.pk])
    place = directory.place(account.pk, "meta", batch[0])
    lifecycle.apply([lifecycle.Report(account.pk, "meta", event, place) for event in batch], directory)


def counted(account):
    slots = TrafficSlot.objects.filter(account=account).exclude(n=0)
    return {(row.slot, row.status, row.category, row.free): row.n for row in slots}


def in_the_log(account):
    return Counter(
        (
            row.created_at.replace(minute=row.created_at.minute // 15 * 15),
            row.status,
            row.category,
            row.pricing_type.startswith("free"),
        )
        for row in Message.objects.filter(account=account)
    )


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.lists(events, min_size=1, max_size=5), min_size=1, max_size=4))
def test_folded_counts_equal_the_log(acme, batches):
    run = next(_serial)
    for batch in batches:
        apply(acme, [replace(event, provider_message_id=f"{run}{event.provider_message_id}") for event in batch])
        traffic.fold()
    assert counted(acme) == dict(in_the_log(acme))
    assert not TrafficDelta.objects.exists()


def test_folding_nothing_is_nothing(acme):
    assert traffic.fold() == 0
