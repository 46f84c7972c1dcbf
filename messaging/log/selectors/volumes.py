"""Deliveries and cost of each template and number, by billing's calendar and prices."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from accounts.models import Account
from billing.selectors import CostFilter, CostRow, billing_zone, cost_report, today_in
from core.money import ZERO
from messaging.log.models import Template


@dataclass
class Volume:
    """Deliveries of some days. `amounts` by currency cover the priced ones; `unrated` lack a price."""

    delivered: int = 0
    unrated: int = 0
    amounts: dict[str, Decimal] = field(default_factory=dict)

    def add(self, row: CostRow) -> None:
        """Count a row of the report."""
        self.delivered += row.delivered
        self.unrated += row.unrated
        if row.currency and row.priced:
            self.amounts[row.currency] = self.amounts.get(row.currency, ZERO) + row.amount


@dataclass(frozen=True)
class Month:
    """The running month in the WABAs' calendar, to date."""

    first: date
    today: date
    zone: str


def running_month(account: Account) -> Month:
    """The current month and day for billing."""
    zone = billing_zone(account)
    today = today_in(zone)
    return Month(today.replace(day=1), today, zone)


def by_template(account: Account, subaccount_ids: Sequence[int] | None, month: Month) -> dict[tuple[Any, ...], Volume]:
    """The month's volume of each (WABA id, name, language)."""
    rows = cost_report(
        account,
        start=month.first,
        end=month.today,
        group_by=("waba", "template"),
        cost_filter=CostFilter(subaccount_ids),
    ).rows
    return _sum_by_key((template_key(row), row) for row in rows)


def by_number(account: Account, subaccount_ids: Sequence[int] | None, month: Month) -> dict[tuple[Any, ...], Volume]:
    """The month's volume of each (provider, provider's number id)."""
    rows = cost_report(
        account,
        start=month.first,
        end=month.today,
        group_by=("provider", "channel"),
        cost_filter=CostFilter(subaccount_ids),
    ).rows
    return _sum_by_key(((row.keys["provider"], row.keys["channel"]), row) for row in rows)


def of_template(
    account: Account, subaccount_ids: Sequence[int] | None, template: Template, start: date, end: date, *groups: str
) -> list[CostRow]:
    """One template's rows by these groups, days inclusive."""
    criteria = CostFilter(subaccount_ids, template=template.name)
    report = cost_report(account, start=start, end=end, group_by=("waba", "template", *groups), cost_filter=criteria)
    return [row for row in report.rows if template_key(row) == key_of(template)]


def of_category(account: Account, subaccount_ids: Sequence[int] | None, category: str, start: date) -> list[CostRow]:
    """The account's rows of a category by market, from a day until today."""
    criteria = CostFilter(subaccount_ids, category=category)
    end = running_month(account).today
    return cost_report(account, start=start, end=end, group_by=("market", "category"), cost_filter=criteria).rows


def days_until(end: date, n: int) -> list[date]:
    """The last n days, the end included."""
    return [end - timedelta(days=back) for back in range(n - 1, -1, -1)]


def template_key(row: CostRow) -> tuple[Any, ...]:
    """(WABA id, name, language) of a row grouped by WABA and template; without a template (WABA id,)."""
    return (row.keys["waba"], *(row.keys["template"] or ()))


def key_of(template: Template) -> tuple[str, str, str]:
    """(WABA id, name, language) of a template, whose WABA is loaded."""
    return template.waba.waba_id, template.name, template.language


def _sum_by_key(rows: Iterable[tuple[tuple[Any, ...], CostRow]]) -> dict[tuple[Any, ...], Volume]:
    volumes: dict[tuple[Any, ...], Volume] = {}
    for key, row in rows:
        volumes.setdefault(key, Volume()).add(row)
    return volumes
