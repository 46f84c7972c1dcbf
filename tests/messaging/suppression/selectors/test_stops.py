"""Who gets no marketing: by person, whatever the order of events, and whoever stopped it."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from messaging.persons.enums import IdentityKind
from messaging.persons.erasure import erase as erase_links
from messaging.persons.recording import Sighting
from messaging.persons.recording import record as record_persons
from messaging.persons.resolution import Identity
from messaging.persons.selectors.identities import identities, identity_of
from messaging.suppression import erasure
from messaging.suppression.enums import ERASED, Action, Source
from messaging.suppression.models import Suppression, SuppressionEvent
from messaging.suppression.recording import Fact, record
from messaging.suppression.selectors.stops import Stop, current_stops, stop_at

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 12, 1, tzinfo=UTC)
AT = datetime(2026, 10, 15, 12, tzinfo=UTC)
NUMBER, USER = identity_of("919876543210"), identity_of("IN.13491208655302741918")
PARENT = identity_of("IN.ENT.13491208655302741918")
STOP, START = Action.STOP, Action.START


def note(account, action=STOP, source=Source.WORD, *, identity=NUMBER, hours=0):
    record([Fact(account.pk, identity, AT + timedelta(hours=hours), action, source)])


def link(account, number=NUMBER, user=USER, hours=0):
    record_persons([Sighting(account.pk, AT + timedelta(hours=hours), msisdn=number.value, user_id=user.value)])


def is_stopped(account, identity=NUMBER):
    return identity in current_stops(account.pk, [identity])


def test_a_stop_counts_for_its_account_only(acme, other):
    note(acme)
    assert current_stops(acme.pk, [NUMBER]) == {NUMBER: Stop(AT, by_person=True)}
    assert current_stops(other.pk, [NUMBER]) == {}


@pytest.mark.parametrize(
    ("events", "expected"),
    [
        ([(STOP, Source.WORD), (START, Source.WORD)], False),
        ([(START, Source.WORD), (STOP, Source.PREFERENCE)], True),
        ([(STOP, Source.API), (START, Source.WORD)], True),  # the account's own stop is not the person's to lift
        ([(STOP, Source.ERROR), (START, Source.PREFERENCE)], False),
        ([(STOP, Source.WORD), (START, Source.PAGE)], False),
        ([(STOP, Source.CSV), (STOP, Source.WORD), (START, Source.WORD)], True),
        ([(STOP, Source.CSV), (STOP, Source.WORD), (START, Source.API)], False),
        ([(START, Source.WORD)], False),
    ],
)
def test_who_lifts_what(acme, events, expected):
    for hours, (action, source) in enumerate(events):
        note(acme, action, source, hours=hours)
    assert is_stopped(acme) == expected
    assert (Suppression.objects.get().stopped_at is not None) == expected


def test_a_stop_and_a_start_of_the_same_moment_stop(acme):
    note(acme, START)
    note(acme, STOP)
    assert is_stopped(acme)


EVENTS = st.lists(
    st.tuples(st.sampled_from(Action), st.sampled_from(Source), st.integers(0, 5)), min_size=1, max_size=8
)


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(events=EVENTS, data=st.data())
def test_any_order_and_repetition_ends_in_the_same_state(acme, events, data):
    def state(sequence):
        Suppression.objects.all().delete()
        for action, source, hours in sequence:
            note(acme, action, source, hours=hours)
        return Suppression.objects.values_list("stopped_at", "changed_at").get()

    shuffled = data.draw(st.permutations(events + events[:3]))
    assert state(events) == state(shuffled)


@pytest.mark.parametrize("linked_first", [True, False])
def test_a_stop_by_user_id_also_stops_the_number_of_the_person(acme, linked_first):
    if linked_first:
        link(acme)
    note(acme, identity=USER, hours=1)
    if not linked_first:
        link(acme)
    assert is_stopped(acme)
    note(acme, START, identity=NUMBER, hours=2)
    assert not is_stopped(acme)
    assert not is_stopped(acme, USER)


def test_a_number_that_moved_to_somebody_else_is_not_stopped(acme):
    somebody = Identity(IdentityKind.USER_ID, "IN.999")
    link(acme)
    note(acme, identity=USER, hours=1)
    note(acme, identity=NUMBER, hours=1)
    link(acme, user=somebody, hours=100)
    assert not is_stopped(acme)
    assert not is_stopped(acme, somebody)
    assert is_stopped(acme, USER)
    note(acme, STOP, Source.CSV, hours=2)  # what the account wrote counts for the number itself
    assert is_stopped(acme)


def test_both_spellings_of_a_number_are_one_person(acme):
    note(acme, identity=identity_of("5511987654321"))
    assert is_stopped(acme, identity_of("551187654321"))


def test_a_batch_costs_one_query_without_stops_and_few_with_them(acme, django_assert_num_queries):
    wanted = [identity_of(f"9198765{n:05}") for n in range(500)]
    with django_assert_num_queries(1):
        assert current_stops(acme.pk, wanted) == {}
    note(acme, identity=wanted[7])
    note(acme, identity=wanted[9])
    with django_assert_num_queries(3):
        assert set(current_stops(acme.pk, wanted)) == {wanted[7], wanted[9]}


def test_the_stop_at_a_moment(acme):
    note(acme)
    note(acme, START, hours=2)
    note(acme, STOP, Source.ERROR, hours=3)
    moments = [AT + timedelta(hours=hours) for hours in (-1, 1, 2, 4)]
    assert [bool(stop_at(acme.pk, NUMBER, moment)) for moment in moments] == [False, True, False, False]


def test_an_erased_person_stays_stopped_without_a_number(acme):
    note(acme)
    note(acme, STOP, Source.PAGE, hours=1)
    erasure.erase(acme.pk, identities(acme.pk, NUMBER), NOW)
    entry = Suppression.objects.get()
    assert (entry.kind, len(entry.value), entry.stopped_at) == (ERASED, 64, AT + timedelta(hours=1))
    assert set(SuppressionEvent.objects.values_list("kind", "reason")) == {(ERASED, "")}
    assert is_stopped(acme)
    note(acme, START, Source.WORD, hours=2)
    assert current_stops(acme.pk, [NUMBER])[NUMBER].by_person is False
    note(acme, START, Source.PAGE, hours=3)
    assert not is_stopped(acme)


def erase_person(account, identity):
    """Erase the entries and, as an erasure does, the links."""
    person = identities(account.pk, identity)
    n = erasure.erase(account.pk, person, NOW)
    erase_links(account.pk, person)
    return n


@pytest.mark.parametrize("stopped_by", [NUMBER, USER, PARENT])
@pytest.mark.parametrize("source", [Source.WORD, Source.CSV])
def test_every_identity_of_an_erased_person_stays_stopped(acme, stopped_by, source):
    record_persons([Sighting(acme.pk, AT, msisdn=NUMBER.value, user_id=USER.value, parent_user_id=PARENT.value)])
    note(acme, source=source, identity=stopped_by, hours=1)
    assert erase_person(acme, USER) == 1
    assert [is_stopped(acme, each) for each in (NUMBER, USER, PARENT)] == [True] * 3
    assert not Suppression.objects.exclude(kind=ERASED).exists()
    link(acme, user=Identity(IdentityKind.USER_ID, "IN.13"), hours=200)
    assert is_stopped(acme, Identity(IdentityKind.USER_ID, "IN.13"))  # who has a stopped number


def test_a_lifted_stop_of_an_erased_person_stays_lifted(acme):
    link(acme)
    note(acme, identity=NUMBER, hours=1)
    note(acme, START, identity=USER, hours=2)
    assert erase_person(acme, NUMBER) == 2
    assert not is_stopped(acme, NUMBER)
    assert not is_stopped(acme, USER)


def test_a_person_is_erased_again(acme):
    link(acme)
    note(acme, identity=NUMBER, hours=1)
    erase_person(acme, USER)
    link(acme, hours=2)
    assert erase_person(acme, USER) == 0
    assert [is_stopped(acme, each) for each in (NUMBER, USER)] == [True, True]
    note(acme, START, identity=USER, hours=3)
    link(acme, hours=3)
    assert erase_person(acme, USER) == 1
    assert [is_stopped(acme, each) for each in (NUMBER, USER)] == [False, False]


@pytest.mark.parametrize("source", [Source.WORD, Source.CSV])
def test_a_stop_under_a_former_number_stays_for_the_person_without_the_number(acme, source):
    new = identity_of("919800000001")
    link(acme)
    note(acme, source=source, identity=NUMBER, hours=1)
    link(acme, number=new, hours=100)
    erase_person(acme, USER)
    assert [is_stopped(acme, each) for each in (new, USER)] == [True, True]
    assert is_stopped(acme, NUMBER) == (source == Source.CSV)  # the account's stop is of the number itself
    assert not SuppressionEvent.objects.exclude(kind=ERASED).exists()
    assert not Suppression.objects.exclude(kind=ERASED).exists()


def test_erasing_who_has_a_number_now_lifts_no_stop_of_who_had_it_before(acme):
    somebody = Identity(IdentityKind.USER_ID, "IN.999")
    link(acme)
    note(acme, identity=NUMBER, hours=1)
    link(acme, user=somebody, hours=100)
    note(acme, START, identity=NUMBER, hours=101)
    erase_person(acme, somebody)
    assert is_stopped(acme, USER)
    assert not is_stopped(acme, somebody)
    assert Suppression.objects.get(kind=NUMBER.kind).stopped_at == AT + timedelta(hours=1)
