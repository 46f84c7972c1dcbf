"""Reads of billing: the cost report from rated lines, and what single messages cost."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.db import connection
from django.db.models import CharField, F, Max, OuterRef, Q, Subquery, Sum, Value
from django.db.models.functions import Coalesce, TruncMonth
from django.utils import timezone

from accounts.models import Account, Subaccount, Waba
from billing.enums import ChargeState, FreeReason
from billing.models import Bucket, DirtyBucket, RatedLine
from billing.pricing import SERVICE_CHARGED_FROM, Card, Charge, Fact, Tier, charge
from billing.rating import CARD_OF_DAY, PRICE_CATEGORY
from portal.core.money import ZERO

__all__ = ["GROUPS", "Charge", "CostReport", "CostRow", "Explanation", "charges_of", "cost_report", "explain"]

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
        lines = lines.filter(subaccount_id__in=subaccount_ids)
    if countries:
        lines = lines.filter(country__in=countries)
    if categories:
        lines = lines.filter(category__in=categories)
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


@dataclass(frozen=True)
class RatingLag:
    """How far rating is behind: buckets with facts it has not seen, buckets it failed at, and when it last worked."""

    dirty: int
    failed: int
    rated_at: datetime | None


def rating_lag(account_ids: Sequence[int], most: int) -> RatingLag:
    """The lag over these accounts; buckets are counted to `most` + 1 at the furthest."""
    buckets = Bucket.objects.filter(account__in=account_ids)
    dirty = DirtyBucket.objects.filter(bucket__account__in=account_ids).values("bucket_id").distinct()
    return RatingLag(
        dirty=dirty[: most + 1].count(),
        failed=buckets.exclude(problem="").values("pk")[: most + 1].count(),
        rated_at=buckets.aggregate(latest=Max("rated_at"))["latest"],
    )


def billing_zone(account: Account) -> str:
    """The time zone of the account's WABAs, or all of them when they differ."""
    zones = Waba.objects.filter(account=account).order_by("time_zone").values_list("time_zone", flat=True).distinct()
    return ", ".join(zones) or account.time_zone


def _data_as_of(account: Account) -> datetime:
    latest = Bucket.objects.filter(account=account).aggregate(latest=Max("rated_at"))["latest"]
    return latest or timezone.now()


def _group_columns(account: Account, group: str) -> dict[str, Any]:
    subaccounts = Subaccount.objects.filter(account=account, pk=OuterRef("subaccount_id"))
    nobody: Any = Value("", output_field=CharField())
    columns: dict[str, dict[str, Any]] = {
        "day": {"key_day": F("day")},
        "month": {"key_month": TruncMonth("day")},
        "subaccount": {
            "key_subaccount": Coalesce(Subquery(subaccounts.values("code")), nobody),
            "key_subaccount_name": Coalesce(Subquery(subaccounts.values("name")), nobody),
        },
        "channel": {"key_channel": F("phone_number_id")},
        "country": {"key_country": F("country")},
        "market": {"key_market": F("market")},
        "category": {"key_category": F("category")},
    }
    return columns[group]


def _sum(lines: Any, account: Account, group_by: tuple[str, ...]) -> list[CostRow]:
    columns: dict[str, Any] = {}
    for group in group_by:
        columns |= _group_columns(account, group)
    names = [*columns, "currency"]
    rows = (
        lines.annotate(**columns)
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
            currency=row["currency"],
            delivered=row["delivered"],
            charged=row["charged"],
            free=row["free"],
            unrated=row["unrated"],
            amount=row["total"] if row["total"] is not None else ZERO,
        )
        for row in rows
    ]


# The highest threshold at or below the message decides its tier: no position needs to be counted.
_CHARGES = f"""
WITH fact AS (
    SELECT *, {PRICE_CATEGORY} AS price_category FROM billing_usagefact
    WHERE account_id = %(account)s AND message_key = ANY(%(keys)s)
), card AS ({CARD_OF_DAY.format(facts="fact")})
SELECT f.message_key, f.billed_at, f.day, f.country, f.market, f.category, f.currency, f.free_reason, f.unrated_reason,
    coalesce(passed.above, 0) < b.allowance AS allowed,
    c.id, k.name, k.currency, k.effective_from, k.revision, k.sha256,
    r.tier, r.above, r.up_to, r.unit_price, r.end_known
FROM fact f
JOIN billing_bucket b ON b.id = f.bucket_id
LEFT JOIN LATERAL (
    SELECT max(t.above) AS above FROM billing_tiercut t
    WHERE t.bucket_id = f.bucket_id AND (t.billed_at, t.message_key) <= (f.billed_at, f.message_key)
) passed ON true
LEFT JOIN card c ON c.currency = f.currency AND c.day = f.day
LEFT JOIN billing_ratecard k ON k.id = c.id
LEFT JOIN LATERAL (
    SELECT * FROM billing_rate r
    WHERE r.card_id = c.id AND r.market = f.market AND r.category = f.price_category
        AND r.above <= coalesce(passed.above, 0)
    ORDER BY r.above DESC LIMIT 1
) r ON true
"""  # noqa: S608


def charges_of(account: Account, keys: Iterable[UUID]) -> dict[UUID, Charge]:
    """What these delivered messages cost, by message key. A message without a charge (not delivered) is absent."""
    wanted = list(keys)
    if not wanted:
        return {}
    with connection.cursor() as cursor:
        cursor.execute(_CHARGES, {"account": account.pk, "keys": wanted})
        return {row[0]: _charge_of(row) for row in cursor.fetchall()}


def _charge_of(row: tuple[Any, ...]) -> Charge:
    fact, allowed = Fact(*row[:9]), row[9]
    if fact.unrated_reason:
        return charge(fact, ChargeState.UNRATED, fact.unrated_reason)
    if fact.free_reason:
        return charge(fact, ChargeState.FREE, fact.free_reason)
    if allowed:
        return charge(fact, ChargeState.FREE, FreeReason.SERVICE_ALLOWANCE)
    if row[10] is None:
        return charge(fact, ChargeState.UNRATED, "no_card")
    if row[16] is None:
        return charge(fact, ChargeState.UNRATED, "no_rate")
    return charge(fact, ChargeState.CHARGED, "", tier=Tier(*row[16:21]), card=Card(*row[11:16]))


_POSITION = """
SELECT f.webhook_id, CASE WHEN f.free_reason = '' AND f.unrated_reason = '' THEN (
    SELECT count(*) FROM billing_usagefact e
    WHERE e.bucket_id = f.bucket_id AND e.free_reason = '' AND e.unrated_reason = ''
        AND (e.billed_at, e.message_key) <= (f.billed_at, f.message_key)
) END
FROM billing_usagefact f WHERE f.account_id = %s AND f.message_key = %s
"""


@dataclass(frozen=True)
class Explanation:
    """One message's charge with what it rests on: the position it took and the webhook that proves its delivery."""

    charge: Charge
    rule_set: str
    webhook_id: int | None


def explain(account: Account, key: UUID) -> Explanation | None:
    """Why a message costs what it costs; None when it was never delivered."""
    found = charges_of(account, [key]).get(key)
    if found is None:
        return None
    with connection.cursor() as cursor:
        cursor.execute(_POSITION, [account.pk, key])
        webhook_id, position = cursor.fetchone()
    later = found.billing_month >= SERVICE_CHARGED_FROM
    rule_set = "Meta PMP from 2026-10-01" if later else "Meta PMP until 2026-09-30"
    return Explanation(replace(found, position=position), rule_set, webhook_id)
