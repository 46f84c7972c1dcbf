"""What webhooks state about persons is stored once, whatever their order."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase

from core.tenancy import every_tenant
from local.demo.world import ACME, build
from messaging.persons.erasure import erase
from messaging.persons.models import IdentityChange, IdentityLink, PersonName
from messaging.persons.recording import Announcement, Sighting, record
from messaging.persons.selectors.identities import identities, identity_of

AT = datetime(2026, 6, 1, tzinfo=UTC)


def values(account, text, at=None):
    return {holding.identity.value for holding in identities(account.pk, text, at)}


def test_a_person_by_each_identity(acme, other):
    record([Sighting(acme.pk, AT, "p", "5511987654321", "BR.1", "BR.ENT.1", "Ann.Lee", "Ann")])
    everything = {"5511987654321", "BR.1", "BR.ENT.1"}
    for text in ("+55 11 8765-4321", "5511987654321", "br.1", "BR.ENT.1", "0055 11 98765 4321"):
        assert values(acme, text) == everything
    assert values(acme, "@ann.LEE") == everything | {"ann.LEE"}
    assert values(other, "BR.1") == {"BR.1"}
    assert values(other, "@ann.lee") == set()


@pytest.mark.parametrize(
    "text", ["", "ann", "12", "@", "@two words", "US.", "US.ENT.", "1234567890123456789012", "wamid.x"]
)
def test_a_text_that_is_no_identity(acme, text):
    assert identity_of(text) is None
    assert identities(acme.pk, text) == frozenset()


def test_two_accounts_know_the_same_person_apart(acme, other):
    record([Sighting(acme.pk, AT, "p", "6591234567", "SG.1"), Sighting(other.pk, AT, "q", "6598888888", "SG.1")])
    assert values(acme, "SG.1") == {"SG.1", "6591234567"}
    assert values(other, "SG.1") == {"SG.1", "6598888888"}


def test_a_username_belongs_to_its_latest_owner(acme):
    later = AT + timedelta(days=1)
    record(
        [
            Sighting(acme.pk, AT, "p", user_id="US.1", username="ann"),
            Sighting(acme.pk, later, "p", user_id="US.2", username="Ann"),
        ]
    )
    assert values(acme, "@ann") == {"US.2", "ann"}


def test_an_announcement_joins_all_that_it_names(acme):
    old, new = Sighting(acme.pk, AT, "p", "6591111111", "SG.1"), Sighting(acme.pk, AT, "p", "6592222222", "SG.2")
    record([], [Announcement(old, new)])
    assert values(acme, "6592222222") == {"6591111111", "SG.1", "6592222222", "SG.2"}


def test_two_spellings_are_no_change(acme):
    old, new = Sighting(acme.pk, AT, "p", "5511987654321"), Sighting(acme.pk, AT, "p", "551187654321")
    record([], [Announcement(old, new)])
    assert not IdentityChange.objects.exists()


SIGHTINGS = st.builds(
    lambda day, n, user, name: (AT + timedelta(days=day), "p", n, user, "", name, name.upper()),
    st.integers(0, 9), st.sampled_from(["", "6591111111", "6592222222"]), st.sampled_from(["", "SG.1", "SG.2"]),
    st.sampled_from(["", "ann", "bo"]),
)  # fmt: skip


class TestOrder(TestCase):
    @settings(max_examples=25, deadline=None)
    @given(st.lists(SIGHTINGS, max_size=5), st.randoms(use_true_random=False))
    def test_any_order_and_repetition_ends_in_the_same_rows(self, stated, random):
        with every_tenant():
            account = build(ACME, AT)
            stated = [Sighting(account.pk, *each) for each in stated]
            record(stated)
            once = rows()
            clear()
            again = [*stated, *random.choices(stated, k=len(stated))] if stated else []
            random.shuffle(again)
            for sighting in again:
                record([sighting])
            assert rows() == once


def rows():
    models = (IdentityLink, IdentityChange, PersonName)
    return [sorted(map(repr, model.objects.values())) for model in models]


def clear():
    for model in (IdentityLink, IdentityChange, PersonName):
        model.objects.all().delete()


def test_erasing_a_person_leaves_who_has_the_number_now(acme):
    later = AT + timedelta(days=5)
    record([
        Sighting(acme.pk, AT, "p", "6591234567", "SG.1", "SG.ENT.1", "ann", "Ann"),
        Sighting(acme.pk, AT, "", "6591234567", profile_name="Ann"),
        Sighting(acme.pk, later, "p", "6591234567", "SG.2", "", "bo", "Bo"),
        Sighting(acme.pk, later, "", "6591234567", profile_name="Bo"),
    ])  # fmt: skip
    assert erase(acme.pk, identities(acme.pk, "SG.1")) == 5
    assert set(PersonName.objects.values_list("name", flat=True)) == {"bo", "Bo"}
    assert values(acme, "6591234567") == {"6591234567", "SG.2"}
    assert erase(acme.pk, identities(acme.pk, "6591234567")) == 4
    assert not any(rows())
