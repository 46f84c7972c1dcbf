"""Calls from webhooks: every order and repetition of the same events ends in the same row."""

from datetime import UTC, datetime, timedelta
from itertools import permutations

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from billing.models import CallUsage
from messaging.calls.models import Call
from messaging.calls.services import apply_calls
from messaging.log.directory import Directory
from messaging.records.merge import RecordReport
from providers.events import CallEvent
from providers.vocabulary import Direction
from tests.traffic import INDIA, META

pytestmark = pytest.mark.django_db
AT = datetime(2026, 11, 30, 10, 0, tzinfo=UTC)


def minute(n):
    return AT + timedelta(minutes=n)


EVENTS = (
    CallEvent("wacid.A", "connecting", minute(0), Direction.OUTBOUND, META.number_id, msisdn=INDIA),
    CallEvent("wacid.A", "ringing", minute(1), Direction.OUTBOUND, META.number_id, msisdn=INDIA),
    CallEvent("wacid.A", "accepted", minute(2), Direction.OUTBOUND, META.number_id, user_id="IN.1349"),
    CallEvent("wacid.A", "failed", minute(4), None, META.number_id, ended_at=minute(4), seconds=119,
              error_source="meta", error_code=138021, error_title="No media"),
    CallEvent("wacid.A", "completed", minute(3), Direction.OUTBOUND, META.number_id, ended_at=minute(3), seconds=61,
              error_source="meta", error_code=131000, error_title="Z"),
)  # fmt: skip


def apply(account, *events):
    directory = Directory([account.pk])
    apply_calls([
        RecordReport(account.pk, "meta", event, directory.placement(account.pk, "meta", event)) for event in events
    ])  # fmt: skip


def state():
    hidden = ("id", "recorded_at")
    return [{name: value for name, value in row.items() if name not in hidden} for row in Call.objects.values()]


@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(st.lists(st.lists(st.sampled_from(EVENTS), max_size=6), max_size=4))
def test_any_order_repetition_and_batching_gives_the_same_row(acme, batches):
    Call.objects.all().delete()
    for batch in [*batches, EVENTS]:
        apply(acme, *batch)
    merged = state()
    Call.objects.all().delete()
    apply(acme, *EVENTS)
    assert state() == merged


def test_every_column_of_a_call(acme):
    apply(acme, *EVENTS)
    call = Call.objects.select_related("phone_number", "subaccount").get()
    assert (call.call_id, call.direction, call.msisdn, call.user_id, call.country) == (
        "wacid.A", "outbound", INDIA, "IN.1349", "IN",
    )  # fmt: skip
    assert call.phone_number.provider_number_id == META.number_id
    assert call.subaccount_id == call.phone_number.subaccount_id
    assert (call.created_at, call.accepted_at, call.ended_at) == (minute(0), minute(2), minute(4))
    assert (call.seconds, call.pulses, call.status) == (119, 20, "failed")
    assert (call.error_code, call.error_title) == (138021, "No media")


@pytest.mark.parametrize(
    ("events", "status"),
    [
        ([("connecting", {})], "connecting"),
        ([("ringing", {}), ("connecting", {})], "ringing"),
        ([("ringing", {}), ("accepted", {})], "accepted"),
        ([("rejected", {}), ("failed", {"ended_at": AT})], "rejected"),
        ([("rejected", {}), ("completed", {"ended_at": AT})], "rejected"),
        ([("rejected", {}), ("accepted", {})], "accepted"),
        ([("completed", {"ended_at": AT, "seconds": 1})], "completed"),
        ([("completed", {"ended_at": AT})], "unanswered"),
        ([("accepted", {}), ("ended", {"ended_at": AT})], "completed"),
        ([("failed", {"ended_at": AT})], "failed"),
        ([("media_update", {})], "unknown"),
    ],
)
def test_the_status_follows_from_the_events(acme, events, status):
    for order in permutations(events):
        Call.objects.all().delete()
        apply(acme, *(CallEvent("wacid.A", word, AT, number_id=META.number_id, **more) for word, more in order))
        assert Call.objects.get().status == status


@pytest.mark.parametrize(("seconds", "pulses"), [(1, 1), (6, 1), (7, 2), (56, 10), (60, 10), (0, 0), (None, None)])
def test_a_begun_pulse_counts(acme, seconds, pulses):
    apply(acme, CallEvent("wacid.A", "completed", AT, number_id=META.number_id, ended_at=AT, seconds=seconds))
    assert Call.objects.get().pulses == pulses


def test_the_usage_follows_the_call(acme):
    apply(acme, *EVENTS[:3])
    assert not CallUsage.objects.exists()
    apply(acme, EVENTS[4])
    assert CallUsage.objects.values_list("pulses", "ended_at", "has_failed", "country").get() == (
        11, minute(3), False, "IN",
    )  # fmt: skip
    apply(acme, EVENTS[3])
    assert CallUsage.objects.values_list("pulses", "ended_at", "has_failed").get() == (20, minute(4), True)


def test_an_erased_call_takes_nothing_personal_back(acme):
    apply(acme, *EVENTS[:2])
    Call.objects.update(erased_at=AT, msisdn="", call_id="")
    apply(acme, *EVENTS)
    assert Call.objects.values_list("msisdn", "user_id", "call_id", "status").get() == ("", "", "", "failed")
