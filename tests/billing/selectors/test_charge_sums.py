"""The charge of a message to a group."""

from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal

from billing.enums import ChargeState
from billing.pricing import Charge
from billing.selectors import sum_charges

CHARGED = Charge(
    ChargeState.CHARGED, "", Decimal("0.0014"), "USD", "group_utility", "India", "IN",
    datetime(2026, 10, 15, tzinfo=UTC), date(2026, 10, 1),
)  # fmt: skip
FREE = replace(CHARGED, state=ChargeState.FREE, reason="free_entry_point", amount=Decimal(0))
UNRATED = replace(CHARGED, state=ChargeState.UNRATED, reason="no_country", amount=None)


def of(*charges):
    total = sum_charges(charges)
    return total.state, total.reason, total.amount, total.market


def test_charges_add_up():
    assert of(CHARGED) == ("charged", "", Decimal("0.0014"), "India")
    assert of(CHARGED, CHARGED) == ("charged", "", Decimal("0.0028"), "")
    assert of(FREE, CHARGED) == ("charged", "", Decimal("0.0014"), "")
    assert of(FREE, FREE) == ("free", "free_entry_point", Decimal(0), "")


def test_one_charge_without_a_price_makes_the_sum_unknown():
    assert of(CHARGED, UNRATED, FREE) == ("unrated", "no_country", None, "")
