"""The cost of a move to another category."""

from datetime import date
from decimal import Decimal

from billing.selectors import CostRow
from messaging.log.assets.drift import Drift, drifts

SINCE = date(2026, 10, 26)


def row(market, category, charged, amount, currency="USD"):
    return CostRow({"market": market, "category": category}, currency, charged=charged, amount=Decimal(amount))


def find_drifts(own, all_rows):
    return drifts("utility", "marketing", SINCE, own=own, all_rows=all_rows)


def test_messages_are_priced_as_those_of_the_old_category_in_their_markets():
    own = [row("India", "marketing", 10, "0.1180"), row("Brazil", "marketing", 4, "0.2500")]
    others = [
        row("India", "utility", 200, "0.2800"),
        row("Brazil", "utility", 1, "0.0068"),
        row("Other", "utility", 9, "1"),
    ]
    (drift,) = find_drifts(own, others)
    assert drift == Drift("utility", "marketing", SINCE, "USD", 14, 0, Decimal("0.3680"), Decimal("0.0412"))
    assert drift.added_cost == Decimal("0.3268")


def test_markets_without_a_price_are_left_out_of_both_sums():
    own = [row("India", "marketing", 10, "0.1180"), row("Brazil", "marketing", 4, "0.2500")]
    (drift,) = find_drifts(
        own, [row("India", "utility", 2, "0.0028"), row("Brazil", "utility", 0, "0"), row("Brazil", "service", 5, "1")]
    )
    assert (drift.compared, drift.not_compared, drift.cost, drift.cost_before) == (
        10,
        4,
        Decimal("0.1180"),
        Decimal("0.0140"),
    )


def test_currencies_are_never_mixed():
    own = [row("India", "marketing", 1, "0.01"), row("India", "marketing", 1, "0.86", "INR")]
    (usd,) = [drift for drift in find_drifts(own, [row("India", "utility", 1, "0.001")]) if drift.currency == "USD"]
    assert (usd.compared, usd.cost_before) == (1, Decimal("0.001"))
    assert [drift.not_compared for drift in find_drifts(own, [])] == [1, 1]


def test_what_still_counts_as_before_or_was_free_does_not_matter():
    assert find_drifts([row("India", "utility", 5, "0.007"), row("India", "marketing", 0, "0")], []) == []
