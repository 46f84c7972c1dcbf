from decimal import Decimal

import pytest

from core.money import plain


@pytest.mark.parametrize(
    ("amount", "text"),
    [
        ("0", "0.00"),
        ("0E-9", "0.00"),
        ("0.011800000", "0.0118"),
        ("12.5", "12.50"),
        ("12.500", "12.50"),
        ("1E+2", "100.00"),
        ("1E-9", "0.000000001"),
        ("-0.0118", "-0.0118"),
        ("1234567890123456789.123456789", "1234567890123456789.123456789"),
    ],
)
def test_the_exact_amount(amount, text):
    assert plain(Decimal(amount)) == text


@pytest.mark.parametrize(("least", "text"), [(0, "5"), (2, "5.00"), (4, "5.0000")])
def test_min_decimals(least, text):
    assert plain(Decimal(5), least) == text
