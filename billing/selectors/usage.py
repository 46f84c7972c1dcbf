"""A closed month's volumes by 8x8's dimensions, for clients of its usage API."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from accounts.models import Account
from billing.dimensions import TierKey
from billing.pricing import price_category
from billing.selectors.progress import month_end
from billing.selectors.report import CostRow, cost_report
from billing.selectors.sums import CostFilter
from core.money import ZERO

DIMENSIONS_8X8 = {
    "subAccountId": "subaccount", "channel": "", "businessAccountId": "waba", "pricingCategory": "category",
    "country": "country",
}  # fmt: skip
"""8x8's dimensions and Tollgate's equivalents; the channel is always WhatsApp."""
PRICING_NEEDS = {"channel", "businessAccountId", "pricingCategory", "country"}
FIRST_MONTH = date(2026, 2, 1)  # of 8x8's API
MONTHS_BACK = 6


@dataclass
class UsageTier:
    """The number of messages between two positions. The first tier starts at 0, as in 8x8's API."""

    start: int
    end: int | None
    end_known: bool
    quantity: int = 0


@dataclass
class UsageRow:
    """The volumes and amounts of one combination of dimensions. `tiers` is None without pricing."""

    keys: dict[str, str]
    delivered: int = 0
    charged: int = 0
    free: int = 0
    unrated: int = 0
    amounts: dict[str, Decimal] = field(default_factory=dict)
    tiers: list[UsageTier] | None = None

    @property
    def rate_model(self) -> str:
        """`flat` if one price applies to any volume, else `tiered`."""
        tiered = any(tier.start or tier.end or not tier.end_known for tier in self.tiers or ())
        return "tiered" if tiered else "flat"


@dataclass(frozen=True)
class MonthlyUsage:
    """The month's rows in order; `currency` is None if there are several."""

    start: date
    end: date
    data_as_of: datetime
    group_by: tuple[str, ...]
    rows: list[UsageRow]
    currency: str | None


def open_months(today: date) -> tuple[date, date]:
    """The first days of the earliest and the latest month that the report covers."""
    latest = (today.replace(day=1) - timedelta(days=1)).replace(day=1)
    months = today.year * 12 + today.month - 1 - MONTHS_BACK
    return max(FIRST_MONTH, date(months // 12, months % 12 + 1, 1)), latest


def monthly_usage(
    account: Account, month: date, group_by: Collection[str], subaccount_ids: Sequence[int] | None = None
) -> MonthlyUsage:
    """Sum the rated lines of a month (its first day) by 8x8's dimensions."""
    names = tuple(name for name in DIMENSIONS_8X8 if name in group_by)
    groups = [group for name in names if (group := DIMENSIONS_8X8[name])]
    report = cost_report(
        account,
        start=month,
        end=month_end(month),
        group_by=[*groups, "tier"],
        cost_filter=CostFilter(subaccount_ids=subaccount_ids),
    )
    rows: dict[tuple[str, ...], UsageRow] = {}
    for row in report.rows:
        keys = {name: _dimension_value(name, row) for name in names}
        usage_row = rows.setdefault(tuple(keys.values()), UsageRow(keys))
        _add(usage_row, row, priced=set(names) >= PRICING_NEEDS)
    currencies = {row.currency for row in report.totals if row.currency}
    return MonthlyUsage(
        start=report.start,
        end=report.end,
        data_as_of=report.data_as_of,
        group_by=names,
        rows=[rows[key] for key in sorted(rows)],
        currency=currencies.pop() if len(currencies) == 1 else None,
    )


def _dimension_value(name: str, row: CostRow) -> str:
    if name == "channel":
        return "whatsapp"
    value: Any = row.keys[DIMENSIONS_8X8[name]]
    return price_category(value).replace("-", "_") if name == "pricingCategory" else str(value)


def _add(usage_row: UsageRow, row: CostRow, *, priced: bool) -> None:
    for name in ("delivered", "charged", "free", "unrated"):
        setattr(usage_row, name, getattr(usage_row, name) + getattr(row, name))
    if row.currency and row.priced:
        usage_row.amounts[row.currency] = usage_row.amounts.get(row.currency, ZERO) + row.amount
    if priced:
        usage_row.tiers = usage_row.tiers or []
        if key := row.keys["tier"]:
            _tier(usage_row.tiers, key).quantity += row.charged


def _tier(tiers: list[UsageTier], key: TierKey) -> UsageTier:
    """The tier with these bounds, added in order if missing."""
    start = 0 if key.start == 1 else key.start
    tier = next((tier for tier in tiers if (tier.start, tier.end) == (start, key.end)), None)
    if tier is None:
        tier = UsageTier(start, key.end, key.end_known)
        tiers.append(tier)
        tiers.sort(key=lambda tier: tier.start)
    return tier
