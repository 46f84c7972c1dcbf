"""The windows of messages without a reported type: SQL over contacts equals the pure rule, in any order."""

from datetime import UTC, datetime, timedelta
from itertools import count
from uuid import UUID, uuid4

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from billing.models import Contact, DueContact, UsageFact
from billing.pricing import open_window
from billing.services import record_usage
from billing.windows import WindowContact, infer_windows, record_window_contacts

START = datetime(2026, 10, 1, 12, tzinfo=UTC)
FREE_ENTRY = timedelta(hours=72)
_serial = count(1)


@pytest.fixture
def django_settings(settings):
    """pytest-django's `settings`, a name that Hypothesis has here."""
    return settings


def hours(n):
    return START + timedelta(hours=n)


@pytest.mark.parametrize(
    ("hour", "window"),
    [
        (-1, ""),
        (0, "in_customer_service"),  # before the first answer
        (3, "in_entry_point"),  # the answer itself
        (74.9, "in_entry_point"),
        (75, ""),
        (90, "in_customer_service"),
        (114, ""),
    ],
)
def test_the_windows_of_a_person_from_an_advertisement(hour, window):
    received = [(START, True), (hours(90), False)]
    deliveries = [hours(3), hours(hour)] if hour >= 3 else [hours(3)]
    assert open_window(hours(hour), received, deliveries, FREE_ENTRY) == window


def test_an_answer_after_the_service_window_opens_nothing():
    assert open_window(hours(24), [(START, True)], [hours(24)], FREE_ENTRY) == ""


contacts = st.lists(st.tuples(st.integers(0, 200), st.sampled_from(["delivery", "delivery", "message", "entry"])),
                    min_size=1, max_size=8)  # fmt: skip


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(contacts, st.data())
def test_any_order_gives_the_windows_of_the_plain_rule(usage, acme, django_settings, story, data):
    length = django_settings.FREE_ENTRY_HOURS = data.draw(st.sampled_from([24, 72, 168]))
    person, base = f"9198{next(_serial):08}", next(_serial) << 32
    keys = [UUID(int=base + n) for n in range(len(story))]
    deliveries = {
        key: usage(message_key=key, provider="8x8", pricing_type="", billed_at=hours(hour))
        for key, (hour, role) in zip(keys, story, strict=True) if role == "delivery"
    }  # fmt: skip
    events = [
        WindowContact(key, acme.pk, 1, [person], hours(hour), role)
        for key, (hour, role) in zip(keys, story, strict=True)
    ]
    waiting = data.draw(st.permutations(events))
    while waiting:
        size = data.draw(st.integers(1, len(waiting)))
        batch, waiting = waiting[:size], waiting[size:]
        record_usage([deliveries[event.message_key] for event in batch if event.role == "delivery"])
        record_window_contacts(batch)
        if data.draw(st.booleans()):
            infer_windows()
    infer_windows()
    received = [(hours(hour), role == "entry") for hour, role in story if role != "delivery"]
    times = [hours(hour) for hour, role in story if role == "delivery"]
    facts = UsageFact.objects.filter(pk__in=keys).values_list("pk", "billed_at", "kind__open_window")
    expected = {pk: open_window(at, received, times, timedelta(hours=length)) for pk, at, _ in facts}
    assert {pk: window for pk, _, window in facts} == expected
    assert not DueContact.objects.exists()


def test_a_number_has_one_window_in_all_its_spellings(acme):
    for person in ("5511987654321", "551187654321", "BR.5511987654321"):
        record_window_contacts([WindowContact(uuid4(), acme.pk, 1, [person], START, "message")])
    assert Contact.objects.values("person").distinct().count() == 2


def test_persons_numbers_and_accounts_are_apart_and_no_number_is_stored(acme, other):
    same = {"at": START, "role": "message"}
    record_window_contacts([
        WindowContact(uuid4(), account, number, [person], **same)
        for account, number, person in (
            (acme.pk, 1, "919812345678"), (acme.pk, 1, "919812345679"), (acme.pk, 2, "919812345678"),
            (other.pk, 1, "919812345678"),
        )
    ])  # fmt: skip
    assert len(set(Contact.objects.values_list("person", flat=True))) == 4
