"""The cost report: rated lines summed by what the reader asks for."""

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
from billing.enums import ChargeState
from billing.models import MarketCountry, RatedLine
from billing.selectors.sums import EVERYTHING, CostFilter, Sums, sums_of
from core.money import ZERO


@dataclass
class Resale:
    """What a row's messages bring in the account's own prices. `amount` covers the priced ones of those that have sell
    terms, `cost` is what the provider charges for these; `unrated` counts those that lack either price.
    """

    amount: Decimal = ZERO
    cost: Decimal = ZERO
    unrated: int = 0

    @property
    def margin(self) -> Decimal | None:
        """Amount minus cost; None while a message lacks either."""
        return None if self.unrated else self.amount - self.cost


@dataclass
class CostRow:
    """One row of a report. `amount` covers the priced messages; `unrated` counts those without a price. `resale` is
    None where the account has no sell terms.
    """

    keys: dict[str, Any]
    currency: str
    delivered: int = 0
    charged: int = 0
    free: int = 0
    unrated: int = 0
    amount: Decimal = ZERO
    resale: Resale | None = None

    def add(self, sums: Sums) -> None:
        """Count more messages."""
        self.delivered += sums.n
        if sums.state == ChargeState.CHARGED:
            self.charged += sums.n
        elif sums.state == ChargeState.FREE:
            self.free += sums.n
        else:
            self.unrated += sums.n
        self.amount += sums.cost or ZERO
        if sums.sell_state:
            self.resale = self.resale or Resale()
            self.resale.amount += sums.sold or ZERO
            self.resale.cost += sums.cost or ZERO
            self.resale.unrated += sums.n if ChargeState.UNRATED in {sums.state, sums.sell_state} else 0

    @property
    def priced(self) -> bool:
        """Whether the amount is a price: something was charged, or all of it is known to be free."""
        return bool(self.charged) or (bool(self.free) and not self.unrated)


@dataclass(frozen=True)
class CostReport:
    """Cost by group. Days are inclusive and in the time zone of each message's WABA; currencies are never mixed.

    Every delivery recorded until `data_as_of` is in.
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
        """What it is grouped by."""
        return [DIMENSIONS[name] for name in self.group_by]

    @property
    def resold(self) -> bool:
        """Whether any of it is resold."""
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
    """One row for each currency."""
    return _rows(account, start, end, (), cost_filter)[1]


def has_costs(account: Account) -> bool:
    """Whether anything was ever rated for the account."""
    return RatedLine.objects.filter(account=account).exists()


def market_names() -> list[str]:
    """Every market a country was ever in, by the table in force."""
    rows = MarketCountry.objects.filter(table__is_active=True)
    return list(rows.order_by("market").values_list("market", flat=True).distinct())


def billing_zone(account: Account) -> str:
    """The time zone of the account's WABAs, or all of them when they differ."""
    zones = Waba.objects.filter(account=account).order_by("time_zone").values_list("time_zone", flat=True).distinct()
    return ", ".join(zones) or account.time_zone


def today_in(zones: str) -> date:
    """Today in the first of the WABAs' zones (see billing_zone): it decides which day it is when they differ."""
    return timezone.localdate(timezone=ZoneInfo(zones.partition(",")[0]))


def data_as_of(account: Account, start: date, end: date) -> datetime:
    """Until when deliveries are certainly in the figures of these days.

    Buckets with news that are not rated yet, or cannot be, stand as they were last rated; all others are complete.
    """
    with connection.cursor() as cursor:
        cursor.execute(_DATA_AS_OF, {"account": account.pk, "start": start.replace(day=1), "end": end})
        found: datetime | None = cursor.fetchone()[0]
    return found or timezone.now()


_DATA_AS_OF = """
SELECT coalesce(min(b.rated_at) FILTER (WHERE EXISTS (SELECT FROM billing_dirtybucket d WHERE d.bucket_id = b.id)),
    max(b.rated_at))
FROM billing_bucket b WHERE b.account_id = %(account)s AND b.month BETWEEN %(start)s AND %(end)s
"""


def _rows(
    account: Account, start: date, end: date, group_by: Sequence[str], cost_filter: CostFilter
) -> tuple[list[CostRow], list[CostRow]]:
    """Sum, then name what is ids there: the rows, and a total for each currency. Ids of one name (a template in two
    WABAs) are one row.
    """
    found = sums_of(account, start, end, group_by, cost_filter)
    parts = list(_parts(account, group_by, [values for values, _ in found]))
    rows: dict[tuple[Any, ...], CostRow] = {}
    totals: dict[str, CostRow] = {}
    for values, sums in found:
        keys: dict[str, Any] = {}
        for group, part, names in parts:
            keys |= group.keys(values[part], names)
        rows.setdefault((*keys.values(), sums.currency), CostRow(keys, sums.currency)).add(sums)
        totals.setdefault(sums.currency, CostRow({}, sums.currency)).add(sums)
    return [rows[key] for key in sorted(rows, key=_sortable)], [totals[currency] for currency in sorted(totals)]


def _parts(
    account: Account, group_by: Iterable[str], found: Sequence[tuple[Any, ...]]
) -> Iterator[tuple[Dimension, slice, Mapping[int, Sequence[str]]]]:
    """Each group, where its columns stand, and the names of the ids there."""
    start = 0
    for group in (DIMENSIONS[name] for name in group_by):
        part = slice(start, start + len(group.columns))
        yield group, part, group.names.of(account, {values[start] for values in found})
        start = part.stop


def _sortable(key: tuple[Any, ...]) -> tuple[Any, ...]:
    """A key in which nothing sorts behind everything."""
    return tuple((part is None, _sortable(part) if isinstance(part, tuple) else part) for part in key)
