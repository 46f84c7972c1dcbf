"""The numbers on top of the cost report, and tiers in words."""

from datetime import date
from decimal import Decimal

import pytest

from billing.enums import AccrualScope
from billing.report.figures import TierLine, cost_figures, forecast_figure, tier_table
from billing.selectors import CostRow, Forecast, NextPrice, Resale, TierProgress
from core.figures import KeyFigure

TODAY = date(2026, 11, 20)


def link(state):
    return f"?state={state}"


def test_cost_margin_forecast_and_counts():
    sold = Resale(Decimal("14.5"), Decimal(12))
    totals = [CostRow({}, "USD", 30, 20, 8, 2, Decimal("12.3456"), sold)]
    before = [CostRow({}, "USD", 20, 10, 10, 0, Decimal(10))]
    figures = cost_figures(totals, before, [Forecast("USD", Decimal("12.3456"), Decimal("20.10"), 28)], TODAY, link)
    assert figures == [
        KeyFigure("Cost in USD", "12.35", "20 messages charged", change="+23.5\u00a0%", exact="USD 12.3456"),
        KeyFigure("Margin in USD", "2.50", "sold for USD 14.50", exact="USD 2.50"),
        KeyFigure("Expected by 30 Nov in USD", "20.10", "based on the weekdays of the last 28 days"),
        KeyFigure("Delivered", "30", "charged and free", change="+50.0\u00a0%"),
        KeyFigure("Free", "8", "delivered at no charge", "?state=free", "−20.0\u00a0%"),
        KeyFigure("Unrated", "2", "without a price yet", "?state=unrated"),
    ]


def test_each_currency_has_its_own_cost():
    totals = [CostRow({}, code, 1, 1, 0, 0, Decimal(1)) for code in ("INR", "USD")]
    labels = [figure.label for figure in cost_figures(totals, [], [], TODAY, link)]
    assert labels == ["Cost in INR", "Cost in USD", "Delivered", "Free"]


def test_a_margin_waits_for_every_price():
    totals = [CostRow({}, "USD", 1, 1, 0, 0, Decimal(1), Resale(Decimal(2), Decimal(1), unrated=3))]
    assert cost_figures(totals, [], [], TODAY, link)[1] == KeyFigure(
        "Margin in USD", "–", "sold for USD 2.00, 3 unrated"
    )


def test_no_forecast_without_a_week():
    figure = forecast_figure(Forecast("USD", Decimal(1), None, 0), TODAY)
    assert (figure.value, figure.detail) == ("–", "available after a week of deliveries")


def progress(**changes):
    values = {
        "scope": AccrualScope.PORTFOLIO, "scope_name": "Acme", "accrual_group": "India/utility", "position": 40,
        "external": 0, "start": 0, "threshold": 100, "end_known": True, "expected_on": None, "prices": (price(),),
    }  # fmt: skip
    return TierProgress(**(values | changes))


def price(now="0.0014", then="0.0012", currency="USD", **changes):
    values = {"market": "India", "category": "utility", "provider": "meta", "currency": currency, "then_known": True}
    return NextPrice(now=Decimal(now), then=then and Decimal(then), **(values | changes))


@pytest.mark.parametrize(
    ("changes", "line"),
    [
        ({}, TierLine("Utility, India", 40, 100, "USD 0.0014 → 0.0012", "60 to go")),
        (
            {"expected_on": date(2026, 11, 26), "external": 1500},
            TierLine(
                "Utility, India", 40, 100, "USD 0.0014 → 0.0012", "60 to go, around 26 Nov",
                "1,500 of them sent through other providers",
            ),
        ),
        (
            {"prices": (price(), price("0.11", "0.10", "INR"))},
            TierLine("Utility, India", 40, 100, "INR 0.1100 → 0.1000; USD 0.0014 → 0.0012", "60 to go"),
        ),
        (
            {"prices": (price(then=None, then_known=False),)},
            TierLine("Utility, India", 40, 100, "USD 0.0014 → unknown", "60 to go"),
        ),
        (
            {
                "scope": AccrualScope.PHONE_NUMBER, "accrual_group": "service",
                "prices": (price("0", "0.0014"), price("0", "0.0550")),
            },
            TierLine("Service, Acme", 40, 100, "free → USD 0.0014 – 0.0550", "60 to go"),
        ),
    ],
)  # fmt: skip
def test_a_tier_in_words(changes, line):
    assert tier_table([progress(**changes)]).lines == [line]


def test_only_the_nearest_are_shown_and_the_others_counted():
    unknown = progress(threshold=None, end_known=False)
    table = tier_table([progress()] * 3 + [unknown, progress(threshold=None)], most=2)
    assert (len(table.lines), table.more, table.unknown) == (2, 1, 1)
    assert table
    assert not tier_table([progress(threshold=None)])
