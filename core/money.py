"""Amounts: always Decimal with a currency, never float; an unknown price is None, never zero."""

from decimal import Decimal

ZERO = Decimal(0)


def plain(amount: Decimal, min_decimals: int = 2) -> str:
    """The exact amount without exponent and trailing zeros, but with at least `min_decimals`: 0.0118, 12.50.

    >>> plain(Decimal("0.011800000"))
    '0.0118'
    >>> plain(Decimal("1E+2"))
    '100.00'
    """
    text = f"{amount.normalize():f}"
    decimals = len(text.partition(".")[2])
    return text if decimals >= min_decimals else f"{amount:.{min_decimals}f}"
