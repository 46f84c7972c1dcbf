"""Templates and numbers with their announcements."""

from datetime import timedelta

import pytest

from accounts.models import Subaccount
from messaging.log.models import Change, PhoneNumber, Template
from messaging.log.selectors.assets import (
    TemplateFilter,
    all_templates,
    category_moved,
    languages,
    last_changes,
    numbers,
    templates,
    timeline,
)
from providers.vocabulary import Subject
from tests.traffic import AT

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("criteria", "n"),
    [
        ({}, 16),
        ({"search": "REMINDER"}, 4),
        ({"status": "PAUSED"}, 0),
        ({"category": "utility"}, 6),
        ({"quality": "YELLOW"}, 2),
        ({"language": "en", "search": "sale"}, 2),
        ({"language": "de"}, 0),
    ],
)
def test_templates(acme, other, criteria, n):
    assert len(templates(acme, None, TemplateFilter(**criteria))) == n


def test_templates_are_those_of_the_wabas_one_sends_with(acme, other):
    care = Subaccount.objects.get(code="acme_care").pk
    rows = templates(acme, [care], TemplateFilter())
    assert {template.waba.name for template in rows} == {"Acme Care"}
    beyond = Template.objects.filter(waba__name="Acme").first()
    assert beyond not in all_templates(acme, [care])
    assert beyond in all_templates(acme, None)
    assert beyond not in all_templates(other, None)


def test_languages(acme):
    Template.objects.filter(name="login_code").update(language="de")
    assert languages(acme) == ["de", "en"]


def test_numbers(acme, other):
    care = Subaccount.objects.get(code="acme_care").pk
    assert [number.display_name for number in numbers(acme, None)] == ["Acme Care", "Acme Online", "Acme Stores"]
    assert [number.display_name for number in numbers(acme, [care])] == ["Acme Care"]


def test_the_last_announcement_of_each_in_one_query(acme, django_assert_num_queries):
    ids = list(PhoneNumber.objects.filter(account=acme).values_list("pk", flat=True))
    with django_assert_num_queries(1):
        changes = last_changes(acme, Subject.PHONE_NUMBER, ids)
    assert {PhoneNumber.objects.get(pk=pk).display_name: change.field for pk, change in changes.items()} == {
        "Acme Care": "flag",
        "Acme Online": "throughput",
        "Acme Stores": "messaging_limit",
    }


def test_a_timeline_has_what_counts_newest_first(acme):
    number = PhoneNumber.objects.get(display_name="Acme Stores")
    about = {"account": acme, "subject": Subject.WABA, "subject_id": number.waba_id, "at": AT + timedelta(days=90)}
    Change.objects.create(**about, field="messaging_limit", new="TIER_UNLIMITED")
    Change.objects.create(**about, field="review", new="APPROVED")
    about |= {"subject": Subject.PHONE_NUMBER, "subject_id": number.pk}
    Change.objects.create(**about, field="event", new="ONBOARDING")
    limits = (Subject.WABA, number.waba_id, ["messaging_limit"])
    changes = timeline(acme, [(Subject.PHONE_NUMBER, number.pk, None), limits])
    assert [(change.field, change.new) for change in changes] == [
        ("messaging_limit", "TIER_UNLIMITED"),
        ("messaging_limit", "TIER_100K"),
        ("messaging_limit", "TIER_10K"),
        ("display_name", "APPROVED"),
    ]


def test_the_latest_move_to_another_category():
    moves = [
        Change(field="quality", old="GREEN", new="RED", at=AT),
        Change(field="category", old="", new="MARKETING", at=AT),
        Change(field="category", old="UTILITY", new="UTILITY", at=AT),
        Change(field="category", old="UTILITY", new="MARKETING", at=AT - timedelta(days=1)),
        Change(field="category", old="MARKETING", new="UTILITY", at=AT - timedelta(days=2)),
    ]
    assert category_moved(moves, AT - timedelta(days=9)) is moves[3]
    assert category_moved(moves, AT) is None
