"""The cost report: rated lines summed by the requested groups."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from functools import cached_property
from typing import Any
from zoneinfo import ZoneInfo

from django.db import connection
from django.utils import timezone

from accounts.models import Account, Waba
from billing.dimensions import DIMENSIONS, Dimension
from billing.enums import ESTIMATES, ChargeState
from billing.models import MarketCountry, RatedLine
from billing.selectors.sums import EVERYTHING, CostFilter, Sums, sums_of
from core.money import ZERO


@dataclass
class Resale:
    """A row's messages in the account's own prices. `amount` covers the priced messages with sell terms, `cost` is the
    provider's charge for them, and `unrated` counts those without either price.
    """

    amount: Decimal = ZERO
    cost: Decimal = ZERO
    unrated: int = 0

    @property
    def margin(self) -> Decimal | None:
        """Amount minus cost; None while a message has no price."""
        return None if self.unrated else self.amount - self.cost


@dataclass
class CostRow:
    """One row of a report. `amount` covers the priced messages; `unrated` counts those without a price. `resale` is
    None without sell terms. `amounts_by_source` holds the parts of the amount by price source.
    """

    keys: dict[str, Any]
    currency: str
    delivered: int = 0
    charged: int = 0
    free: int = 0
    unrated: int = 0
    amount: Decimal = ZERO
    resale: Resale | None = None
    amounts_by_source: dict[str, Decimal] = field(default_factory=dict, compare=False)

    def add(self, sums: Sums) -> None:
        """Add messages to the row."""
        self.delivered += sums.n
        if sums.state == ChargeState.CHARGED:
            self.charged += sums.n
        elif sums.state == ChargeState.FREE:
            self.free += sums.n
        else:
            self.unrated += sums.n
        self.amount += sums.cost or ZERO
        if sums.cost:
            self.amounts_by_source[sums.price_source] = self.amount_of(sums.price_source) + sums.cost
        if sums.sell_state:
            self.resale = self.resale or Resale()
            self.resale.amount += sums.sold or ZERO
            self.resale.cost += sums.cost or ZERO
            self.resale.unrated += sums.n if ChargeState.UNRATED in {sums.state, sums.sell_state} else 0

    def amount_of(self, source: str) -> Decimal:
        """The part of the amount with a price source."""
        return self.amounts_by_source.get(source, ZERO)

    @property
    def priced(self) -> bool:
        """Whether the amount is a price: something was charged, or everything is free."""
        return bool(self.charged) or (bool(self.free) and not self.unrated)


@dataclass(frozen=True)
class CostReport:
    """Cost by group. Days are inclusive and in the time zone of each message's WABA; currencies are never mixed.

    The report includes every delivery recorded until `data_as_of`.
    """

    start: date
    end: date
    time_zone: str
    data_as_of: datetime
    group_by: tuple[str, ...]
    rows: list[CostRow] = field(repr=False)
    totals: list[CostRow]

    @cached_property
    def groups(self) -> list[Dimension]:
        """The groups of the report."""
        return [DIMENSIONS[name] for name in self.group_by]

    @property
    def estimated(self) -> bool:
        """Whether a part of the amount rests on more than webhooks and published rate cards."""
        return any(row.amount_of(source) for row in self.totals for source in ESTIMATES)

    @property
    def resold(self) -> bool:
        """Whether any message is resold."""
        return any(row.resale for row in self.totals)


def cost_report(
    account: Account, *, start: date, end: date, group_by: Sequence[str], cost_filter: CostFilter = EVERYTHING
) -> CostReport:
    """Sum the rated lines of an account. Raises ValueError naming an unknown group."""
    for group in group_by:
        if group not in DIMENSIONS:
            raise ValueError(f"cannot group by {group!r}: choose from {', '.join(DIMENSIONS)}")
    groups = tuple(dict.fromkeys(group_by))
    rows, totals = _rows(account, start, end, groups, cost_filter)
    return CostReport(start, end, billing_zone(account), data_as_of(account, start, end), groups, rows, totals)


def cost_totals(account: Account, start: date, end: date, cost_filter: CostFilter = EVERYTHING) -> list[CostRow]:
    """The totals, one row per currency."""
    return _rows(account, start, end, (), cost_filter)[1]


def has_costs(account: Account) -> bool:
    """Whether the account has any rated message."""
    return RatedLine.objects.filter(account=account).exists()


def market_names() -> list[str]:
    """Every market in the table in force, including former ones."""
    rows = MarketCountry.objects.filter(table__is_active=True)
    return list(rows.order_by("market").values_list("market", flat=True).distinct())


def billing_zone(account: Account) -> str:
    """The time zone of the account's WABAs; a comma-separated list if they differ."""
    zones = Waba.objects.filter(account=account).order_by("time_zone").values_list("time_zone", flat=True).distinct()
    return ", ".join(zones) or account.time_zone


def today_in(zones: str) -> date:
    """Today in the first of the WABAs' zones (see billing_zone), which decides if they differ."""
    return timezone.localdate(timezone=ZoneInfo(zones.partition(",")[0]))


def data_as_of(account: Account, start: date, end: date) -> datetime:
    """The time until which the figures of these days include every delivery.

    Dirty buckets count as of their last rating; all others are complete.
    """
    with connection.cursor() as cursor:
        cursor.execute(_DATA_AS_OF, {"account": account.pk, "start": start.replace(day=1), "end": end})
        rated_at: datetime | None = cursor.fetchone()[0]
    return rated_at or timezone.now()


_DATA_AS_OF = """
SELECT coalesce(min(b.rated_at) FILTER (WHERE EXISTS (SELECT FROM billing_dirtybucket d WHERE d.bucket_id = b.id)),
    max(b.rated_at))
FROM billing_bucket b WHERE b.account_id = %(account)s AND b.month BETWEEN %(start)s AND %(end)s
"""


def _rows(
    account: Account, start: date, end: date, group_by: Sequence[str], cost_filter: CostFilter
) -> tuple[list[CostRow], list[CostRow]]:
    """The rows and the totals, with names instead of ids. Ids with the same name (a template in two WABAs) share
    a row.
    """
    sums_by_values = sums_of(account, start, end, group_by, cost_filter)
    parts = list(_parts(account, group_by, [values for values, _ in sums_by_values]))
    rows: dict[tuple[Any, ...], CostRow] = {}
    totals: dict[str, CostRow] = {}
    for values, sums in sums_by_values:
        keys: dict[str, Any] = {}
        for group, part, names in parts:
            keys |= group.keys(values[part], names)
        rows.setdefault((*keys.values(), sums.currency), CostRow(keys, sums.currency)).add(sums)
        totals.setdefault(sums.currency, CostRow({}, sums.currency)).add(sums)
    return [rows[key] for key in sorted(rows, key=_sortable)], [totals[currency] for currency in sorted(totals)]


def _parts(
    account: Account, group_by: Iterable[str], rows: Sequence[tuple[Any, ...]]
) -> Iterator[tuple[Dimension, slice, Mapping[int, Sequence[str]]]]:
    """Each group with the slice of its columns and the names of its ids."""
    start = 0
    for group in (DIMENSIONS[name] for name in group_by):
        part = slice(start, start + len(group.columns))
        yield group, part, group.names.of(account, {values[start] for values in rows})
        start = part.stop


def _sortable(key: tuple[Any, ...]) -> tuple[Any, ...]:
    """A sort key in which None sorts last."""
    return tuple((part is None, _sortable(part) if isinstance(part, tuple) else part) for part in key)
