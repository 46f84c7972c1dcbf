"""The rules, with figures worked by hand from Meta's pricing page (updated 2026-09-30)."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from billing.enums import AccrualScope, ChargeState, FreeReason, UnratedReason
from billing.prices.rules import RuleBook
from billing.pricing import (
    Accrual,
    Card,
    Fact,
    MarketPeriod,
    Tier,
    accrue,
    market_on,
    price_category,
    rate_bucket,
    tier_at,
)

SEPTEMBER, OCTOBER = date(2026, 9, 30), date(2026, 10, 1)
NOON = datetime(2026, 10, 15, 12, tzinfo=UTC)
CARD = Card("Meta USD 2026-10-01", "USD", OCTOBER, 1, "0" * 64)
TIERS = (
    Tier(1, 0, 3, Decimal("0.0350")),
    Tier(2, 3, 5, Decimal("0.0333")),
    Tier(3, 5, None, Decimal("0.0263")),
)


@pytest.fixture
def rule_sets(db):
    """The bundled rules."""
    return RuleBook().rule_sets


def fact(n, **changes):
    values = {"country": "IN", "market": "India", "category": "utility", "currency": "USD"} | changes
    return Fact(key=UUID(int=n), billed_at=NOON + timedelta(seconds=n), day=NOON.date(), **values)


def prices(_):
    return CARD, TIERS


def total(charges):
    return sum((charge.amount for charge in charges.values() if charge.amount is not None), Decimal(0))


def test_tiers_are_graduated():
    """Three at list rate, two at the second, two at the third: never all at the top tier's."""
    charges = rate_bucket([fact(n) for n in range(7)], prices)
    assert [charge.tier.number for charge in charges.values()] == [1, 1, 1, 2, 2, 3, 3]
    assert total(charges) == Decimal("0.2242")  # 3 × .0350 + 2 × .0333 + 2 × .0263


def test_the_order_is_of_the_deliveries_not_of_their_arrival():
    forward = rate_bucket([fact(n) for n in range(7)], prices)
    assert rate_bucket([fact(n) for n in reversed(range(7))], prices) == forward


def test_free_messages_take_no_position():
    charges = rate_bucket([fact(1, free_reason="free_entry_point"), *(fact(n) for n in range(2, 6))], prices)
    free = charges[UUID(int=1)]
    assert (free.state, free.reason, free.amount, free.position) == ("free", "free_entry_point", Decimal(0), None)
    assert [charges[UUID(int=n)].position for n in range(2, 6)] == [1, 2, 3, 4]
    assert total(charges) == Decimal("0.1383")  # 3 × .0350 + .0333


def test_a_message_without_a_price_is_unrated_never_zero_and_holds_its_position():
    def no_price_for_utility(fact):
        return UnratedReason.NO_RATE if fact.category == "utility" else (CARD, TIERS)

    facts = [fact(1), *(fact(n, category="authentication") for n in (2, 3, 4))]
    charges = rate_bucket(facts, no_price_for_utility)
    assert (charges[UUID(int=1)].state, charges[UUID(int=1)].amount) == ("unrated", None)
    assert [charges[UUID(int=n)].tier.number for n in (2, 3, 4)] == [1, 1, 2]


@pytest.mark.parametrize(("sent", "charged"), [(999, 0), (1000, 0), (1001, 1)])
def test_the_thousandth_service_message_is_the_last_free_one(sent, charged):
    service = (Tier(1, 0, None, Decimal("0.0014")),)
    charges = rate_bucket([fact(n) for n in range(sent)], lambda _: (CARD, service), allowance=1000)
    states = [charge.state for charge in charges.values()]
    assert (states.count(ChargeState.CHARGED), total(charges)) == (charged, charged * Decimal("0.0014"))


@pytest.mark.parametrize(("position", "number"), [(1, 1), (3, 1), (4, 2), (5, 2), (6, 3), (10**9, 3)])
def test_tier_bounds_are_inclusive(position, number):
    assert tier_at(TIERS, position).number == number


@pytest.mark.parametrize(
    ("category", "pricing_type", "day", "expected"),
    [
        ("marketing", "regular", OCTOBER, Accrual(AccrualScope.PORTFOLIO, "India/marketing")),
        ("marketing_lite", "regular", OCTOBER, Accrual(AccrualScope.PORTFOLIO, "India/marketing")),
        ("utility", "", OCTOBER, Accrual(AccrualScope.PORTFOLIO, "India/utility")),
        ("authentication-international", "", OCTOBER, Accrual(AccrualScope.PORTFOLIO, "India/authentication")),
        (
            "utility",
            "free_customer_service",
            SEPTEMBER,
            Accrual(AccrualScope.PORTFOLIO, "India/utility", free_reason="free_customer_service"),
        ),
        (
            "service",
            "",
            SEPTEMBER,
            Accrual(AccrualScope.PORTFOLIO, "India/service", free_reason=FreeReason.SERVICE_NOT_CHARGED),
        ),
        ("service", "", OCTOBER, Accrual(AccrualScope.PHONE_NUMBER, "service", allowance=1000)),
        ("calling", "free_trial", OCTOBER, Accrual(AccrualScope.PORTFOLIO, "India/calling", free_reason="free_trial")),
        ("calling", "", OCTOBER, Accrual(AccrualScope.PORTFOLIO, "unrated", unrated_reason=UnratedReason.NO_RULE)),
        ("utility", "", date(2025, 6, 30), Accrual(AccrualScope.PORTFOLIO, "unrated", unrated_reason="no_rule")),
        ("service", "regular", OCTOBER, Accrual(AccrualScope.PORTFOLIO, "India/service")),
        (
            "referral_conversion",
            "",
            OCTOBER,
            Accrual(AccrualScope.PORTFOLIO, "India/referral_conversion", free_reason=FreeReason.REFERRAL_CONVERSION),
        ),
        ("", "", OCTOBER, Accrual(AccrualScope.PORTFOLIO, "unrated", unrated_reason=UnratedReason.NO_CATEGORY)),
    ],
)
def test_how_a_message_is_counted(rule_sets, category, pricing_type, day, expected):
    assert accrue(rule_sets, category=category, pricing_type=pricing_type, day=day, market="India") == expected


def test_a_message_to_an_unknown_country_is_unrated(rule_sets):
    accrual = accrue(rule_sets, category="marketing", pricing_type="regular", day=OCTOBER, market="")
    assert accrual.unrated_reason == UnratedReason.NO_COUNTRY


@pytest.mark.parametrize(
    ("day", "market"),
    [(date(2026, 6, 30), "Rest of Asia Pacific"), (date(2026, 7, 1), "Singapore"), (date(2025, 6, 30), "Other")],
)
def test_a_country_moves_out_of_its_region_on_a_day(day, market):
    periods = [
        MarketPeriod("Rest of Asia Pacific", date(2025, 7, 1), date(2026, 6, 30)),
        MarketPeriod("Singapore", date(2026, 7, 1), None),
    ]
    assert market_on(periods, day) == market


def test_group_and_lite_variants_use_the_plain_columns():
    assert [price_category(name) for name in ("group_utility", "marketing_lite", "service")] == [
        "utility",
        "marketing",
        "service",
    ]


@given(st.integers(0, 40), st.integers(0, 40))
def test_marginal_cost_is_between_zero_and_the_list_price(n, more):
    fewer = total(rate_bucket([fact(i) for i in range(n)], prices))
    larger = total(rate_bucket([fact(i) for i in range(n + more)], prices))
    assert 0 <= larger - fewer <= more * TIERS[0].unit_price
