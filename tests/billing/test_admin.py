"""The operator's pages of billing only read, and show what a bucket and a card rest on."""

import pytest
from django.contrib import admin

from accounts.models import User
from billing.models import Bucket, RateCard, RatingRun, RuleSet, VolumeAnchor
from tests.people import browser_of
from tests.traffic import AT, deliver, rate
from tests.visible import text

pytestmark = pytest.mark.django_db


@pytest.fixture
def operator():
    return browser_of(User.objects.create_superuser("operator@people.example", is_demo=True))


def test_a_bucket_with_its_ratings_and_announced_volume(acme, operator):
    deliver(acme)
    bucket = Bucket.objects.get()
    VolumeAnchor.objects.create(bucket=bucket, above=250_000, reached_at=AT, webhook_id=77)
    rate()
    page = text(operator.get(f"/admin/billing/bucket/{bucket.pk}/change/"))
    assert RatingRun.objects.get().terms in page
    assert "250000" in page


def test_a_card_with_its_rates_and_rules_with_theirs(operator):
    card = RateCard.objects.filter(currency="INR", is_active=True).first()
    assert card.rates.first().source[:20] in text(operator.get(f"/admin/billing/ratecard/{card.pk}/change/"))
    rules = RuleSet.objects.first()
    assert "{market}/authentication" in text(operator.get(f"/admin/billing/ruleset/{rules.pk}/change/"))


@pytest.mark.parametrize(
    "model", [each for each in admin.site._registry if each._meta.app_label == "billing"], ids=lambda one: one.__name__
)
def test_nothing_of_billing_is_changed_here(operator, model):
    assert operator.get(f"/admin/billing/{model._meta.model_name}/add/").status_code == 403
