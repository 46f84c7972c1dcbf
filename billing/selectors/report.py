"""The cost report: rated lines summed by what the reader asks for."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.db.models import CharField, F, Max, OuterRef, Q, Subquery, Sum, Value
from django.db.models.functions import Coalesce, TruncMonth
from django.utils import timezone

from accounts.models import Account, Subaccount, Waba
from billing.enums import ChargeState
from billing.models import Bucket, RatedLine
from portal.core.money import ZERO

GROUPS = ("day", "month", "subaccount", "channel", "country", "market", "category")


@dataclass(frozen=True)
class CostRow:
    """One row of a report. `amount` covers the priced messages; `unrated` counts those without a price."""

    keys: dict[str, Any]
    currency: str
    delivered: int
    charged: int
    free: int
    unrated: int
    amount: Decimal


@dataclass(frozen=True)
class CostReport:
    """Cost by group. Days are inclusive and in the time zone of each message's WABA; currencies are never mixed."""

    start: date
    end: date
    time_zone: str
    data_as_of: datetime
    group_by: tuple[str, ...]
    rows: list[CostRow]
    totals: list[CostRow]


def cost_report(
    account: Account,
    *,
    start: date,
    end: date,
    group_by: Sequence[str],
    subaccount_ids: Sequence[int] | None = None,
    countries: Sequence[str] = (),
    categories: Sequence[str] = (),
) -> CostReport:
    """Sum the rated lines of an account. Empty filters mean all. Raises ValueError naming an unknown group."""
    for group in group_by:
        if group not in GROUPS:
            raise ValueError(f"cannot group by {group!r}: choose from {', '.join(GROUPS)}")
    lines = RatedLine.objects.filter(account=account, day__range=(start, end))
    if subaccount_ids is not None:
        lines = lines.filter(kind__subaccount_id__in=subaccount_ids)
    if countries:
        lines = lines.filter(kind__country__in=countries)
    if categories:
        lines = lines.filter(kind__category__in=categories)
    return CostReport(
        start=start,
        end=end,
        time_zone=billing_zone(account),
        data_as_of=_data_as_of(account),
        group_by=tuple(group_by),
        rows=_sum(lines, account, tuple(dict.fromkeys(group_by))),
        totals=_sum(lines, account, ()),
    )


def has_costs(account: Account) -> bool:
    """Whether anything was ever rated for the account."""
    return RatedLine.objects.filter(account=account).exists()


def billing_zone(account: Account) -> str:
    """The time zone of the account's WABAs, or all of them when they differ."""
    zones = Waba.objects.filter(account=account).order_by("time_zone").values_list("time_zone", flat=True).distinct()
    return ", ".join(zones) or account.time_zone


def _data_as_of(account: Account) -> datetime:
    latest = Bucket.objects.filter(account=account).aggregate(latest=Max("rated_at"))["latest"]
    return latest or timezone.now()


def _group_columns(account: Account, group: str) -> dict[str, Any]:
    subaccounts = Subaccount.objects.filter(account=account, pk=OuterRef("kind__subaccount_id"))
    nobody: Any = Value("", output_field=CharField())
    columns: dict[str, dict[str, Any]] = {
        "day": {"key_day": F("day")},
        "month": {"key_month": TruncMonth("day")},
        "subaccount": {
            "key_subaccount": Coalesce(Subquery(subaccounts.values("code")), nobody),
            "key_subaccount_name": Coalesce(Subquery(subaccounts.values("name")), nobody),
        },
        "channel": {"key_channel": F("kind__phone_number_id")},
        "country": {"key_country": F("kind__country")},
        "market": {"key_market": F("kind__market")},
        "category": {"key_category": F("kind__category")},
    }
    return columns[group]


def _sum(lines: Any, account: Account, group_by: tuple[str, ...]) -> list[CostRow]:
    columns: dict[str, Any] = {}
    for group in group_by:
        columns |= _group_columns(account, group)
    names = [*columns, "key_currency"]
    rows = (
        lines.annotate(**columns, key_currency=F("kind__currency"))
        .values(*names)
        .annotate(
            delivered=Sum("n"),
            charged=Coalesce(Sum("n", filter=Q(state=ChargeState.CHARGED)), 0),
            free=Coalesce(Sum("n", filter=Q(state=ChargeState.FREE)), 0),
            unrated=Coalesce(Sum("n", filter=Q(state=ChargeState.UNRATED)), 0),
            total=Sum("amount"),
        )
        .order_by(*names)
    )
    return [
        CostRow(
            keys={name.removeprefix("key_"): row[name] for name in columns},
            currency=row["key_currency"],
            delivered=row["delivered"],
            charged=row["charged"],
            free=row["free"],
            unrated=row["unrated"],
            amount=row["total"] if row["total"] is not None else ZERO,
        )
        for row in rows
    ]
