from datetime import date
from decimal import Decimal

import pytest

from billing.models import MarketCountry, Rate, RateCard
from billing.prices.rate_cards import load_bundled, load_card_file
from core.errors import UserError

pytestmark = pytest.mark.django_db
HEAD = "market,category,currency,tier_from,tier_to,rate,source\n"


def tiers(card):
    rates = Rate.objects.filter(card=card).order_by("tier")
    return [(rate.tier, rate.above, rate.up_to, rate.unit_price, rate.end_known) for rate in rates]


@pytest.fixture
def load(tmp_path):
    def run(text, day=date(2027, 1, 1)):
        path = tmp_path / "card.csv"
        path.write_text(HEAD + text)
        return load_card_file(path, day)

    return run


def test_every_installation_has_the_bundled_cards():
    cards = RateCard.objects.filter(currency="USD", is_active=True).order_by("effective_from")
    assert [str(card.effective_from) for card in cards] == [
        "2025-07-01", "2025-10-01", "2026-01-01", "2026-04-01", "2026-07-01", "2026-10-01",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("market", "category", "price"),
    [
        ("India", "marketing", "0.0118"),
        ("India", "utility", "0.0014"),
        ("Germany", "marketing", "0.1365"),
        ("Netherlands", "marketing", "0.1597"),
        ("Kuwait", "utility", "0.0440"),
        ("Other", "service", "0.0077"),
    ],
)
def test_figures_of_october_2026(market, category, price):
    rate = Rate.objects.get(
        card__currency="USD", card__effective_from=date(2026, 10, 1), market=market, category=category, tier=1
    )
    assert rate.unit_price == Decimal(price)
    assert rate.source.startswith(("FOUND:", "DERIVED:"))


@pytest.mark.parametrize(
    ("day", "found", "derived", "unknown"),
    [
        (date(2026, 4, 1), 365, 0, 0),
        (date(2026, 7, 1), 0, 365, 12),
        (date(2026, 10, 1), 0, 365, 31),
    ],
)
def test_volume_tiers_of_73_pairs_are_found_for_april_and_derived_since(day, found, derived, unknown):
    rates = Rate.objects.filter(card__currency="USD", card__effective_from=day, card__is_active=True)
    higher = rates.filter(tier__gt=1)
    assert higher.filter(source__startswith="FOUND: public copy of Meta USD volume tiers").count() == found
    assert higher.filter(source__startswith="DERIVED:").count() == derived
    assert rates.filter(end_known=False).values("market", "category").distinct().count() == unknown


def test_loading_again_adds_nothing():
    before = RateCard.objects.count(), Rate.objects.count(), MarketCountry.objects.count()
    load_bundled()
    assert (RateCard.objects.count(), Rate.objects.count(), MarketCountry.objects.count()) == before


def test_a_row_that_is_missing_in_the_source_gets_no_rate():
    assert not Rate.objects.filter(market="Nepal", category="authentication-international").exists()


def test_a_flat_price_is_one_open_tier(load):
    (card,) = load("India,marketing,USD,0,MAX,0.0118,FOUND: x\n")
    assert tiers(card) == [(1, 0, None, Decimal("0.0118"), True)]


def test_an_unknown_end_is_named(load):
    (card,) = load("India,utility,USD,0,,0.0014,FOUND: x\n")
    assert tiers(card) == [(1, 0, None, Decimal("0.0014"), False)]


def test_above_the_last_known_tier_its_price_is_assumed(load):
    (card,) = load("Brazil,utility,USD,0,250000,0.0068,FOUND: x\n")
    price = Decimal("0.0068")
    assert tiers(card) == [(1, 0, 250000, price, True), (2, 250000, None, price, False)]
    assert Rate.objects.get(card=card, tier=2).source.startswith("ASSUMED")


def test_a_hole_between_tiers_is_filled_with_the_price_below(load):
    (card,) = load("Brazil,utility,BRL,0,10,3,FOUND: x\nBrazil,utility,BRL,31,MAX,1,FOUND: x\n")
    assert tiers(card) == [(1, 0, 10, 3, True), (2, 10, 30, 3, False), (3, 30, None, 1, True)]


def test_another_file_for_the_same_day_is_a_new_revision(load):
    (first,) = load("India,marketing,USD,0,MAX,0.0118,FOUND: x\n")
    (second,) = load("India,marketing,USD,0,MAX,0.0119,FOUND: corrected\n")
    first.refresh_from_db()
    assert (first.is_active, second.is_active, second.revision) == (False, True, 2)


def test_a_file_of_two_currencies_makes_two_cards(load):
    cards = load("India,marketing,USD,0,MAX,0.0118,FOUND: x\nIndia,marketing,INR,0,MAX,0.86,FOUND: x\n")
    assert [card.currency for card in cards] == ["INR", "USD"]


def test_a_column_that_is_missing_is_an_error(tmp_path):
    path = tmp_path / "card.csv"
    path.write_text("market,category\nIndia,marketing\n")
    with pytest.raises(UserError, match="Row 1 is missing the column currency, rate, source, tier_from, tier_to"):
        load_card_file(path, date(2027, 1, 1))
