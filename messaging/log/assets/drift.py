"""The cost of Meta's move of a template to another category, at the account's own prices."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from billing.selectors import CostRow
from core.money import ZERO


@dataclass(frozen=True)
class Drift:
    """A template's charged messages since the move, in one currency: their cost, and their cost at the old category.

    `compared` of them went to markets where the account also sent messages of the old category, whose average price
    gives `cost_before`; the amounts cover only these. `not_compared` went to other markets.
    """

    old: str
    new: str
    since: date
    currency: str
    compared: int
    not_compared: int
    cost: Decimal
    cost_before: Decimal

    @property
    def added_cost(self) -> Decimal:
        """The additional cost; negative when the move made them cheaper."""
        return self.cost - self.cost_before


def drifts(old: str, new: str, since: date, *, own: Iterable[CostRow], all_rows: Iterable[CostRow]) -> list[Drift]:
    """Return one for each currency.

    `own` are the template's rows by market in the new category, `all_rows` the account's by market in the old one,
    both since the move.
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
        not_compared=sum(row.charged for row, price in rows if price is None),
        cost=sum((row.amount for row, _ in comparable), ZERO),
        cost_before=sum((price * row.charged for row, price in comparable), ZERO),
    )
