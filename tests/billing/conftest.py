"""Deliveries to rate, and a card whose tiers are small enough to cross."""

from datetime import date
from decimal import Decimal
from uuid import uuid4

import pytest

from accounts.models import Waba
from billing.models import Rate, RateCard
from billing.services import DeliveredMessage
from tests.billing.rating_helpers import NOON


@pytest.fixture
def small_tiers(db):
    """India's utility and authentication with tiers small enough to cross."""
    card = RateCard.objects.get(currency="USD", effective_from=date(2026, 10, 1), is_active=True)
    Rate.objects.filter(card=card, market="India", category__in=["utility", "authentication"]).delete()
    for category, prices in (("utility", "0.0350 0.0333 0.0263"), ("authentication", "0.0014 0.0012 0.0010")):
        bounds = [(0, 3), (3, 5), (5, None)]
        Rate.objects.bulk_create(
            Rate(card=card, market="India", category=category, tier=n, above=above, up_to=up_to,
                 unit_price=Decimal(price), source="test")
            for n, ((above, up_to), price) in enumerate(zip(bounds, prices.split(), strict=True), start=1)
        )  # fmt: skip
    return card


@pytest.fixture
def tiers(db):
    """Gives India's rates of October tiers: (above, up to, price, whether the end is known)."""
    card = RateCard.objects.get(currency="USD", effective_from=date(2026, 10, 1), is_active=True)

    def put(category, *steps):
        Rate.objects.filter(card=card, market="India", category=category).delete()
        for number, (above, up_to, price, end_known) in enumerate(steps, start=1):
            Rate.objects.create(card=card, market="India", category=category, tier=number, above=above, up_to=up_to,
                                unit_price=Decimal(price), end_known=end_known, source="test")  # fmt: skip

    return put


@pytest.fixture
def usage(acme):
    """A delivery of Acme's, with anything about it changed."""
    waba = Waba.objects.get(account=acme, waba_id="102290129340398")

    def make(**changes):
        defaults = {"message_key": uuid4(), "account_id": acme.pk, "provider": "meta", "waba_id": waba.pk,
                 "phone_number_id": 1, "subaccount_id": 1, "template_id": None, "country": "IN", "category": "utility",
                 "pricing_type": "regular", "billed_at": NOON, "webhook_id": None}  # fmt: skip
        return DeliveredMessage(**(defaults | changes))

    return make
