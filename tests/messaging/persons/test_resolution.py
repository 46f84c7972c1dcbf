"""Which identities are one person, and since when."""

from datetime import UTC, datetime, timedelta
from itertools import permutations

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from messaging.persons.enums import IdentityKind
from messaging.persons.resolution import Change, Holding, Identity, Link, Persons

START = datetime(2026, 6, 1, tzinfo=UTC)
INSTANT = timedelta(microseconds=1)


def day(n):
    return START + timedelta(days=n)


def number(value="6591234567"):
    return Identity(IdentityKind.NUMBER, value)


def user(value="US.1"):
    return Identity(IdentityKind.USER_ID, value)


def parent(value="US.ENT.1"):
    return Identity(IdentityKind.PARENT_USER_ID, value)


def linked(who, other, at=0, scope="a"):
    return Link(who, other, scope, day(at))


def changed(old, new, at):
    return Change(old, new, day(at))


def values(person):
    return {holding.identity.value for holding in person}


def test_what_nobody_mentions_is_a_person_alone():
    assert Persons([], []).of(number()) == {Holding(number())}
    assert Persons([], []).of(user(), START) == {Holding(user())}


def test_a_number_with_its_user_id_is_one_person_for_all_time():
    persons = Persons([linked(user(), number())], [])
    assert persons.of(number()) == persons.of(user()) == {Holding(number()), Holding(user())}
    assert persons.of(number(), day(-9)) == persons.of(number(), day(9)) == persons.of(user())


def test_ids_of_two_portfolios_on_one_number_are_one_person():
    persons = Persons([linked(user("US.1"), number(), 0, "a"), linked(user("US.2"), number(), 5, "b")], [])
    assert values(persons.of(number())) == {number().value, "US.1", "US.2"}


def test_another_id_of_the_same_portfolio_means_that_the_number_has_moved():
    persons = Persons([linked(user("US.1"), number(), 0), linked(user("US.2"), number(), 5)], [])
    assert persons.of(user("US.1")) == {Holding(user("US.1")), Holding(number(), None, day(5))}
    assert persons.of(user("US.2")) == {Holding(user("US.2")), Holding(number(), day(5), None)} == persons.of(number())
    assert persons.of(number(), day(4)) == persons.of(user("US.1"))


def test_two_portfolios_notice_one_move_at_different_times():
    links = [
        linked(user("US.1"), number(), 1, "a"), linked(user("US.2"), number(), 10, "a"),
        linked(user("SG.1"), number(), 5, "b"), linked(user("SG.2"), number(), 12, "b"),
    ]  # fmt: skip
    persons = Persons(links, [])
    assert persons.of(user("SG.1")) == {
        Holding(user("US.1")), Holding(user("SG.1")), Holding(number(), None, day(10))
    }  # fmt: skip
    assert values(persons.of(number())) == {"US.2", "SG.2", number().value}


def test_an_announced_new_id_stays_the_same_person():
    links = [linked(user("US.1"), number(), 0), linked(user("US.2"), number(), 5)]
    persons = Persons(links, [changed(user("US.1"), user("US.2"), 5)])
    assert persons.of(user("US.1")) == {Holding(user("US.1")), Holding(user("US.2")), Holding(number())}


def test_a_parent_id_joins_ids():
    links = [
        linked(user("US.1"), parent()),
        linked(user("SG.1"), parent(), 1, "b"),
        linked(user("SG.1"), number(), 1, "b"),
    ]
    assert values(Persons(links, []).of(number())) == {"US.1", "SG.1", "US.ENT.1", number().value}


def test_an_announced_new_number():
    old, new = number("6591111111"), number("6592222222")
    persons = Persons([linked(user(), old), linked(user(), new, 5)], [changed(old, new, 5)])
    mine = {Holding(user()), Holding(old, None, day(5) + INSTANT), Holding(new, day(5), None)}
    assert persons.of(new) == persons.of(user()) == mine
    assert persons.of(old, day(5)) == mine
    assert persons.of(old, day(6)) == {Holding(old, day(5) + INSTANT, None)}
    assert persons.of(old) == mine | persons.of(old, day(6)), "nobody else is known to have it"


def test_the_old_number_is_given_to_somebody_else():
    old, new = number("6591111111"), number("6592222222")
    links = [linked(user(), old), linked(user(), new, 5), linked(user("US.9"), old, 50)]
    persons = Persons(links, [changed(old, new, 5)])
    assert values(persons.of(old)) == {"US.9", old.value}
    assert values(persons.of(user())) == {"US.1", old.value, new.value}
    assert persons.of(old, day(60)) == persons.of(user("US.9"))


def test_an_id_that_appears_on_another_number_has_left_the_first():
    old, new = number("6591111111"), number("6592222222")
    persons = Persons([linked(user(), old), linked(user(), new, 5)], [])
    assert persons.of(user()) == {Holding(user()), Holding(old, None, day(5) + INSTANT), Holding(new)}


def test_a_number_and_a_user_id_that_change_together():
    old, new = number("6591111111"), number("6592222222")
    links = [linked(user("US.1"), old, 5), linked(user("US.2"), new, 5)]
    changes = [changed(old, new, 5), changed(user("US.1"), user("US.2"), 5)]
    assert values(Persons(links, changes).of(new)) == {"US.1", "US.2", old.value, new.value}


@pytest.mark.parametrize("low_first", [True, False])
def test_a_new_number_with_the_same_id_at_the_same_time(low_first):
    old, new = [number("6591111111"), number("6592222222")][:: 1 if low_first else -1]
    persons = Persons([linked(user(), old, 5), linked(user(), new, 5)], [changed(old, new, 5)])
    assert {Holding(old, None, day(5) + INSTANT), Holding(new, day(5), None)} < persons.of(user())


def test_there_and_back():
    one, two = number("6591111111"), number("6592222222")
    persons = Persons([], [changed(one, two, 1), changed(two, one, 3)])
    periods = {Holding(one, None, day(1) + INSTANT), Holding(two, day(1), day(3) + INSTANT), Holding(one, day(3), None)}
    assert persons.of(one) == periods


FACTS = st.lists(
    st.tuples(st.sampled_from("1234"), st.sampled_from("567"), st.sampled_from("ab"), st.integers(0, 3)),
    max_size=7,
    unique_by=lambda fact: fact[:2],
)


@settings(suppress_health_check=[HealthCheck.too_slow], deadline=None)
@given(FACTS, st.lists(st.tuples(st.sampled_from("567"), st.sampled_from("567"), st.integers(0, 3)), max_size=2))
def test_whatever_was_stated_everything_belongs_to_exactly_one_person(facts, moves):
    # An id is of one portfolio.
    links = [linked(user(f"US.{name}"), number(n * 8), at, "ab"[int(name) % 2]) for name, n, _, at in facts]
    changes = [changed(number(old * 8), number(new * 8), at) for old, new, at in moves]
    persons = Persons(links, changes)
    for name, n, _, at in facts:
        person = persons.of(user(f"US.{name}"))
        assert Holding(user(f"US.{name}")) in person
        assert any(each.identity == number(n * 8) for each in person)
        others = [who for who in "1234" if Holding(user(f"US.{who}")) in person and who != name]
        for other in others:  # joined by a portfolio, or by having had the same number one after the other
            assert persons.of(user(f"US.{other}")) == person
        owner = persons.of(number(n * 8), day(at))
        assert sum(holding.covers(day(at)) for holding in owner if holding.identity == number(n * 8)) == 1
    for order in list(permutations(links))[:6]:
        again = Persons(order, reversed(changes))
        assert all(again.of(link.left) == persons.of(link.left) for link in links)
