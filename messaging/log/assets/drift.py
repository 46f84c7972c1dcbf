"""What it costs that Meta moved a template to another category, from the account's own prices."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from billing.selectors import CostRow
from core.money import ZERO


@dataclass(frozen=True)
class Drift:
    """A template's charged messages since the move, in one currency: what they cost, and would have cost before it.

    `compared` of them went to markets where the account also sent messages of the old category, whose average price
    says what they would have cost; the amounts speak of these. `left_out` went elsewhere.
    """

    old: str
    new: str
    since: date
    currency: str
    compared: int
    left_out: int
    cost: Decimal
    would: Decimal

    @property
    def more(self) -> Decimal:
        """How much more they cost; negative when the move made them cheaper."""
        return self.cost - self.would


def drifts(old: str, new: str, since: date, *, own: Iterable[CostRow], all_rows: Iterable[CostRow]) -> list[Drift]:
    """One for each currency. `own` are the template's rows by market in the new category, `all_rows` the account's by
    market in the old one, both since the move.
    """
    prices = {
        (row.currency, row.keys["market"]): row.amount / row.charged
        for row in all_rows
        if row.keys["category"] == old and row.charged
    }
    by_currency: dict[str, list[tuple[CostRow, Decimal | None]]] = {}
    for row in own:
        if row.keys["category"] == new and row.charged:
            by_currency.setdefault(row.currency, []).append((row, prices.get((row.currency, row.keys["market"]))))
    return [_drift(old, new, since, currency, rows) for currency, rows in sorted(by_currency.items())]


def _drift(old: str, new: str, since: date, currency: str, rows: list[tuple[CostRow, Decimal | None]]) -> Drift:
    comparable = [(row, price) for row, price in rows if price is not None]
    return Drift(
        old=old,
        new=new,
        since=since,
        currency=currency,
        compared=sum(row.charged for row, _ in comparable),
        left_out=sum(row.charged for row, price in rows if price is None),
        cost=sum((row.amount for row, _ in comparable), ZERO),
        would=sum((price * row.charged for row, price in comparable), ZERO),
    )
