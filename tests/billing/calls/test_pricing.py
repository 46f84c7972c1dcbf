"""The price of a call, as a pure function."""

from decimal import Decimal

import pytest

from billing.calls.pricing import CallTier, price_call

LIST, LOWER = CallTier(0, 50_000, Decimal("0.0118")), CallTier(50_000, 250_000, Decimal("0.0106"))


@pytest.mark.parametrize(
    ("before", "pulses", "tier", "amount"),
    [
        (0, 7, LIST, "0.00826"),
        (499_990, 10, LIST, "0.0118"),  # its last pulse is the last one of the tier
        (499_990, 11, LOWER, "0.01166"),  # it crosses, and costs the lower rate for all of it
        (500_000, 1, LOWER, "0.00106"),
        (2_499_999, 1, LOWER, "0.00106"),
    ],
)
def test_the_last_pulse_decides_the_tier(before, pulses, tier, amount):
    price = price_call([LIST, LOWER], before, pulses)
    assert (price.tier, price.amount) == (tier, Decimal(amount))


def test_a_volume_that_no_tier_covers_has_no_price():
    assert price_call([LIST, LOWER], 2_499_999, 2) is None
    assert price_call([], 0, 1) is None
