"""Amounts: always Decimal with a currency, never float; "no price known" is None, never zero."""

from decimal import Decimal

ZERO = Decimal(0)


def plain(amount: Decimal, least_decimals: int = 2) -> str:
    """The exact amount without an exponent and without needless zeros, with at least so many decimals: 0.0118, 12.50.

    >>> plain(Decimal("0.011800000"))
    '0.0118'
    >>> plain(Decimal("1E+2"))
    '100.00'
    """
    text = f"{amount.normalize():f}"
    decimals = len(text.partition(".")[2])
    return text if decimals >= least_decimals else f"{amount:.{least_decimals}f}"
