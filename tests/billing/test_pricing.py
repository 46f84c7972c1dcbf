"""The rules, with figures worked by hand from Meta's pricing page (updated 2026-09-30)."""

import dataclasses
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from billing import pricing
from billing.enums import AccrualScope, ChargeState, FreeReason, SellBase, UnratedReason
from billing.prices.rules import RuleBook
from billing.pricing import (
    Accrual,
    Anchor,
    Card,
    Charge,
    Fact,
    MarketPeriod,
    Rule,
    RuleSet,
    Sale,
    Terms,
    Tier,
    accrue,
    market_on,
    positions_of,
    price_category,
    rate_bucket,
    rules_on,
    sell_price,
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
        ("", "free_not_billable", OCTOBER, Accrual(AccrualScope.PORTFOLIO, "free", free_reason="free_not_billable")),
        (
            "utility",
            "free_not_billable",
            OCTOBER,
            Accrual(AccrualScope.PORTFOLIO, "India/utility", free_reason="free_not_billable"),
        ),
        (
            "utility",
            "cbp ".strip(),  # equal to the constant, as from the database, but another object
            OCTOBER,
            Accrual(AccrualScope.PORTFOLIO, "unrated", unrated_reason=UnratedReason.NOT_PER_MESSAGE),
        ),
    ],
)
def test_how_a_message_is_counted(rule_sets, category, pricing_type, day, expected):
    accrual = accrue(rule_sets, category=category, pricing_type=pricing_type, day=day, market="India")
    assert dataclasses.replace(accrual, price_source=expected.price_source) == expected


@pytest.mark.parametrize(
    ("category", "pricing_type", "is_assumed", "source"),
    [
        ("utility", "regular", False, "webhook"),
        ("utility", "free_customer_service", False, "webhook"),
        ("utility", "", False, "inferred"),  # 8x8
        ("utility", "regular", True, "inferred"),  # the category is the template's
        ("marketing_lite", "regular", False, "provider"),
        ("marketing_lite", "", True, "provider"),
        ("group_service", "", False, "inferred"),
        ("", "free_not_billable", False, "webhook"),
    ],
)
def test_what_category_and_type_rest_on(rule_sets, category, pricing_type, is_assumed, source):
    accrual = accrue(
        rule_sets, category=category, pricing_type=pricing_type, day=OCTOBER, market="India",
        category_assumed=is_assumed,
    )  # fmt: skip
    assert accrual.price_source == source


@pytest.mark.parametrize(
    ("fact_source", "tier_derived", "state", "source"),
    [
        ("webhook", False, "charged", "webhook"),
        ("webhook", True, "charged", "derived"),
        ("inferred", True, "charged", "inferred"),
        ("provider", True, "charged", "provider"),
        ("provider", True, "free", "webhook"),
        ("inferred", True, "free", "inferred"),
        ("inferred", True, "unrated", ""),
    ],
)
def test_what_a_charge_rests_on(fact_source, tier_derived, state, source):
    tier = dataclasses.replace(TIERS[0], is_derived=tier_derived)
    reasons = {"free": {"free_reason": "free_entry_point"}, "unrated": {"unrated_reason": "no_rule"}}
    (charge,) = rate_bucket(
        [fact(1, price_source=fact_source, **reasons.get(state, {}))], lambda _: (CARD, [tier])
    ).values()
    assert (charge.state, charge.price_source) == (state, source)


@pytest.mark.parametrize(
    ("category", "window", "day", "counted"),
    [
        ("utility", "in_customer_service", SEPTEMBER, ("free_customer_service", 0)),
        ("utility", "in_customer_service", OCTOBER, ("", 0)),
        ("marketing", "in_customer_service", SEPTEMBER, ("", 0)),
        ("service", "in_customer_service", OCTOBER, ("", 1000)),
        ("marketing", "in_entry_point", OCTOBER, ("free_entry_point", 0)),
        ("service", "in_entry_point", OCTOBER, ("free_entry_point", 1000)),
        ("authentication", "in_entry_point", SEPTEMBER, ("free_entry_point", 0)),
        ("", "in_entry_point", OCTOBER, ("free_entry_point", 0)),
    ],
)
def test_a_message_without_a_type_is_judged_by_the_window_that_the_log_knows(rule_sets, category, window, day, counted):
    accrual = accrue(rule_sets, category=category, pricing_type="", day=day, market="India", window=window)
    assert ((accrual.free_reason, accrual.allowance), accrual.price_source) == (counted, "inferred")
    reported = accrue(rule_sets, category="utility", pricing_type="regular", day=day, market="India", window=window)
    assert reported.free_reason == ""  # the provider's type precedes


@pytest.mark.parametrize(
    ("exemption", "category", "pricing_type", "expected"),
    [
        ("government", "service", "regular", ("exempt", "", "inferred")),
        ("non_profit", "group_service", "", ("exempt", "", "inferred")),
        ("government", "service", "free_customer_service", ("free_customer_service", "", "webhook")),
        ("government", "utility", "regular", ("", "", "webhook")),
        ("ai_provider", "service", "regular", ("", "own_policy", "inferred")),
        ("ai_provider", "service", "", ("service_not_charged", "", "inferred")),
        ("ai_provider", "utility", "regular", ("", "", "webhook")),
        ("ai_provider", "marketing", "regular", ("", "", "webhook")),
    ],
)
def test_exemptions_concern_service_messages(rule_sets, exemption, category, pricing_type, expected):
    accrual = accrue(
        rule_sets, category=category, pricing_type=pricing_type, day=OCTOBER, market="India", exemption=exemption
    )
    assert (accrual.free_reason, accrual.unrated_reason, accrual.price_source) == expected


def test_messages_in_groups_share_the_allowance(rule_sets):
    plain, group = (
        accrue(rule_sets, category=category, pricing_type="", day=OCTOBER, market="India")
        for category in ("service", "group_service")
    )
    assert plain == group
    free = accrue(
        rule_sets, category="group_utility", pricing_type="free_group_customer_service", day=OCTOBER, market="India"
    )
    assert (free.group, free.free_reason) == ("India/utility", "free_group_customer_service")


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


def test_a_charge_names_all_that_decided_it():
    (charge,) = rate_bucket([fact(1)], prices).values()
    assert charge == Charge(
        ChargeState.CHARGED, "", Decimal("0.0350"), "USD", "utility", "India", "IN", NOON + timedelta(seconds=1),
        OCTOBER, position=1, tier=TIERS[0], unit_price=Decimal("0.0350"), card=CARD, price_source="webhook",
    )  # fmt: skip


def test_of_messages_at_one_time_the_lower_key_comes_first():
    facts = [Fact(UUID(int=n), NOON, OCTOBER, "IN", "India", "utility", "USD") for n in (2, 1, 3)]
    assert [charge.position for charge in rate_bucket(facts, prices).values()] == [1, 2, 3]
    assert list(rate_bucket(facts, prices)) == [UUID(int=1), UUID(int=2), UUID(int=3)]


def test_an_unrated_message_takes_no_position():
    charges = rate_bucket([fact(1, unrated_reason="no_rule"), fact(2)], prices)
    first, second = charges.values()
    assert (first.state, first.reason, first.amount, first.position) == ("unrated", "no_rule", None, None)
    assert second.position == 1


def test_the_last_free_message_of_an_allowance_has_its_position_and_no_tier():
    first, second = rate_bucket([fact(1), fact(2)], prices, allowance=1).values()
    assert (first.reason, first.position, first.tier, first.card) == (FreeReason.SERVICE_ALLOWANCE, 1, None, None)
    assert (second.state, second.position) == ("charged", 2)


def test_volume_elsewhere_moves_the_positions_from_its_time_on():
    """At the third message Meta announces more than 10: of the first two Tollgate knows, so 8 went elsewhere."""
    facts = [fact(n) for n in range(1, 5)]
    assert positions_of(facts, [Anchor(facts[2].billed_at, 10)]) == [1, 2, 11, 12]


def test_volume_elsewhere_never_shrinks():
    facts = [fact(n) for n in range(1, 5)]
    anchors = [Anchor(facts[1].billed_at, 11), Anchor(facts[3].billed_at, 5), Anchor(facts[0].billed_at, 0)]
    assert positions_of(facts, anchors) == [1, 12, 13, 14]


def test_an_announcement_below_our_own_volume_changes_nothing():
    facts = [fact(n) for n in range(1, 5)]
    assert positions_of(facts, [Anchor(facts[3].billed_at, 1)]) == [1, 2, 3, 4]


OWN_CARD = Card("Own", "USD", OCTOBER, 1, "1" * 64)
OWN_TIERS = (Tier(1, 0, 1, Decimal("0.0500")), Tier(2, 1, None, Decimal("0.0400")))
COST_PLUS = Terms(SellBase.COST, Decimal(10), Decimal("0.001"), fee_on_free=False)


def sales(facts, terms, own=(OWN_CARD, OWN_TIERS), **options):
    charges = rate_bucket(facts, prices, sells=lambda _: (terms, own), **options)
    return [charge.sale for charge in charges.values()]


def test_the_sell_price_is_base_with_mark_up_and_fee():
    assert sell_price(COST_PLUS, Decimal("0.0350")) == Decimal("0.0395")


def test_without_sell_terms_there_is_no_sale():
    assert rate_bucket([fact(1)], prices)[UUID(int=1)].sale is None
    assert sales([fact(1)], Terms(SellBase.NOTHING, Decimal(0), Decimal(0), fee_on_free=True)) == [None]


def test_a_sale_at_cost_follows_the_tiers_of_the_provider():
    sold = sales([fact(n) for n in range(4)], COST_PLUS)
    assert [sale.price for sale in sold] == [Decimal("0.0395")] * 3 + [Decimal("0.03763")]
    assert {(sale.state, sale.reason) for sale in sold} == {(ChargeState.CHARGED, "")}


def test_a_sale_by_the_own_card_follows_its_tiers():
    terms = Terms(SellBase.CARD, Decimal(0), Decimal(0), fee_on_free=False)
    assert [sale.price for sale in sales([fact(1), fact(2), fact(3)], terms)] == [
        Decimal("0.0500"), Decimal("0.0400"), Decimal("0.0400"),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("terms", "expected"),
    [
        (COST_PLUS, Sale(ChargeState.FREE, "free_entry_point", Decimal(0))),
        (Terms(SellBase.COST, Decimal(10), Decimal("0.001"), True), Sale(ChargeState.CHARGED, "", Decimal("0.001"))),
        (Terms(SellBase.CARD, Decimal(10), Decimal(0), True), Sale(ChargeState.FREE, "free_entry_point", Decimal(0))),
    ],
)
def test_a_free_message_is_sold_for_the_fee_alone_where_the_terms_say_so(terms, expected):
    assert sales([fact(1, free_reason="free_entry_point")], terms) == [expected]


def test_an_unrated_message_is_sold_at_an_unknown_price():
    assert sales([fact(1, unrated_reason="no_rule")], COST_PLUS) == [Sale(ChargeState.UNRATED, "no_rule", None)]


def test_without_a_price_of_the_provider_only_a_sale_at_cost_is_unrated():
    by_card = Terms(SellBase.CARD, Decimal(0), Decimal(0), fee_on_free=False)
    both = [
        rate_bucket(
            [fact(1)], lambda _: UnratedReason.NO_RATE, sells=lambda _, terms=terms: (terms, (OWN_CARD, OWN_TIERS))
        )
        for terms in (COST_PLUS, by_card)
    ]
    assert [charges[UUID(int=1)].sale for charges in both] == [
        Sale(ChargeState.UNRATED, "no_rate", None), Sale(ChargeState.CHARGED, "", Decimal("0.0500")),
    ]  # fmt: skip


def test_without_an_own_price_a_sale_by_card_names_the_reason():
    terms = Terms(SellBase.CARD, Decimal(0), Decimal(0), fee_on_free=False)
    assert sales([fact(1)], terms, UnratedReason.NO_CARD) == [Sale(ChargeState.UNRATED, "no_card", None)]


def test_the_latest_rule_set_that_has_begun_is_in_force():
    old, new = (RuleSet(str(day), day, {}) for day in (date(2025, 7, 1), OCTOBER))
    assert [rules_on([new, old], day) for day in (date(2025, 6, 30), date(2025, 7, 1), SEPTEMBER, OCTOBER)] == [
        None, old, old, new,
    ]  # fmt: skip


def test_a_rule_of_the_pricing_type_precedes_the_default():
    rules = {
        ("utility", ""): Rule(AccrualScope.PORTFOLIO, "a"),
        ("utility", "regular"): Rule(AccrualScope.PHONE_NUMBER, "b/{market}", "x", 7),
    }
    counted = accrue(
        [RuleSet("", OCTOBER, rules)], category="utility", pricing_type="regular", day=OCTOBER, market="India"
    )
    assert counted == Accrual(AccrualScope.PHONE_NUMBER, "b/India", 7, free_reason="x")


def test_a_market_counts_on_its_first_and_on_its_last_day():
    periods = [MarketPeriod("A", date(2026, 1, 1), date(2026, 1, 3)), MarketPeriod("B", date(2026, 1, 4), None)]
    assert [market_on(periods, date(2026, 1, day)) for day in (1, 2, 3, 4, 5)] == ["A", "A", "A", "B", "B"]


def test_values_are_immutable_and_without_a_dictionary():
    """Rating holds millions of them."""
    values = [value for value in vars(pricing).values() if dataclasses.is_dataclass(value)]
    assert len(values) == 10
    assert all(value.__dataclass_params__.frozen and "__slots__" in vars(value) for value in values)


def test_defaults_are_charged_messages_and_a_known_end_of_the_tier():
    assert Rule(AccrualScope.PORTFOLIO, "x") == Rule(AccrualScope.PORTFOLIO, "x", free_reason="", allowance=0)
    assert Tier(1, 0, None, Decimal(1)).end_known
