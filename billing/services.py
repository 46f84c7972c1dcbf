"""Writes of billing: usage facts from deliveries. Rating itself is in rating.py."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import NamedTuple
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db import connection

from accounts.models import Waba
from billing.enums import AccrualScope, UnratedReason
from billing.markets import MarketMap
from billing.pricing import Accrual, accrue


class Usage(NamedTuple):
    """A delivered message, as messaging hands it over: ids and words, no personal data."""

    message_key: UUID
    account_id: int
    waba_id: int | None
    phone_number_id: int | None
    subaccount_id: int | None
    template_id: int | None
    country: str
    category: str
    pricing_type: str
    billed_at: datetime
    webhook_id: int | None


@dataclass(frozen=True, slots=True)
class _BillingWaba:
    portfolio_id: int
    zone: ZoneInfo
    currency: str


class _BucketKey(NamedTuple):
    account_id: int
    scope: str
    scope_id: int
    accrual_group: str
    month: date
    allowance: int


_FACT_COLUMNS = (
    "message_key", "account_id", "bucket_id", "billed_at", "day", "waba_id", "phone_number_id", "subaccount_id",
    "template_id", "country", "market", "category", "currency", "free_reason", "unrated_reason", "webhook_id",
)  # fmt: skip
_CREATE = """
CREATE TEMPORARY TABLE IF NOT EXISTS usage_batch (LIKE billing_usagefact INCLUDING DEFAULTS);
TRUNCATE usage_batch;
"""
_BUCKETS = """
INSERT INTO billing_bucket (account_id, scope, scope_id, accrual_group, month, allowance, problem)
SELECT *, '' FROM unnest(%s::bigint[], %s::text[], %s::bigint[], %s::text[], %s::date[], %s::int[])
ORDER BY 1, 2, 3, 4, 5
ON CONFLICT DO NOTHING
"""
_FIND_BUCKETS = """
SELECT b.account_id, b.scope, b.scope_id, b.accrual_group, b.month, w.allowance, b.id
FROM unnest(%s::bigint[], %s::text[], %s::bigint[], %s::text[], %s::date[], %s::int[])
     AS w (account_id, scope, scope_id, accrual_group, month, allowance)
JOIN billing_bucket b USING (account_id, scope, scope_id, accrual_group, month)
"""
# The earliest proof of delivery wins; at the same proof the newer words replace the older, which messaging only ever
# refines. A fact that moves leaves two dirty buckets.
_MERGE = f"""
WITH merged AS (
    INSERT INTO billing_usagefact AS f ({", ".join(_FACT_COLUMNS)})
    SELECT {", ".join(_FACT_COLUMNS)} FROM usage_batch ORDER BY message_key
    ON CONFLICT (message_key) DO UPDATE
    SET {", ".join(f"{column} = EXCLUDED.{column}" for column in _FACT_COLUMNS[2:-1])},
        webhook_id = coalesce(EXCLUDED.webhook_id, f.webhook_id)
    WHERE EXCLUDED.billed_at <= f.billed_at
      AND ({", ".join(f"f.{column}" for column in _FACT_COLUMNS[2:-1])})
          IS DISTINCT FROM ({", ".join(f"EXCLUDED.{column}" for column in _FACT_COLUMNS[2:-1])})
    RETURNING old.bucket_id AS was, new.bucket_id AS now
)
INSERT INTO billing_dirtybucket (bucket_id)
SELECT DISTINCT bucket FROM merged CROSS JOIN LATERAL (VALUES (was), (now)) v (bucket) WHERE bucket IS NOT NULL
"""  # noqa: S608 - every name is a constant of this module


def record_usage(usages: Sequence[Usage]) -> None:
    """Merge deliveries into the usage facts and mark their buckets dirty, in the caller's transaction.

    At most one usage per message and call. Recording the same deliveries again writes nothing.
    """
    if not usages:
        return
    wabas, markets = _wabas(usages), MarketMap()
    rows = [_fact(usage, wabas, markets) for usage in usages]
    bucket_ids = _bucket_ids({key for _, key, _ in rows})
    with connection.cursor() as cursor:
        cursor.execute(_CREATE)
        with cursor.copy(f"COPY usage_batch ({', '.join(_FACT_COLUMNS)}) FROM STDIN") as copy:
            for usage, key, rest in rows:
                copy.write_row((usage.message_key, usage.account_id, bucket_ids[key], usage.billed_at, *rest))
        cursor.execute(_MERGE)


def _wabas(usages: Sequence[Usage]) -> dict[int, _BillingWaba]:
    ids = {usage.waba_id for usage in usages if usage.waba_id is not None}
    rows = Waba.objects.filter(account__in={usage.account_id for usage in usages}, id__in=ids)
    return {
        pk: _BillingWaba(portfolio_id, ZoneInfo(time_zone), currency)
        for pk, portfolio_id, time_zone, currency in rows.values_list("id", "portfolio_id", "time_zone", "currency")
    }


def _fact(
    usage: Usage, wabas: dict[int, _BillingWaba], markets: MarketMap
) -> tuple[Usage, _BucketKey, tuple[object, ...]]:
    """The usage, its bucket, and its fact's columns after `billed_at`."""
    waba = wabas.get(usage.waba_id or 0)
    day = usage.billed_at.astimezone(waba.zone if waba else UTC).date()
    market = markets.market(usage.country, day)
    accrual = accrue(category=usage.category, pricing_type=usage.pricing_type, day=day, market=market)
    if waba is None:
        accrual = Accrual(AccrualScope.PORTFOLIO, "unrated", unrated_reason=UnratedReason.NO_WABA)
    by_number = accrual.scope == AccrualScope.PHONE_NUMBER
    scope_id = usage.phone_number_id if by_number else waba.portfolio_id if waba else 0
    key = _BucketKey(
        usage.account_id, accrual.scope, scope_id or 0, accrual.group, day.replace(day=1), accrual.allowance
    )
    return usage, key, (
        day, usage.waba_id or 0, usage.phone_number_id or 0, usage.subaccount_id or 0, usage.template_id or 0,
        usage.country, market, usage.category, waba.currency if waba else "", accrual.free_reason,
        accrual.unrated_reason, usage.webhook_id,
    )  # fmt: skip


def _bucket_ids(keys: Iterable[_BucketKey]) -> dict[_BucketKey, int]:
    columns = [list(column) for column in zip(*sorted(keys), strict=True)]
    with connection.cursor() as cursor:
        cursor.execute(_BUCKETS, columns)
        cursor.execute(_FIND_BUCKETS, columns)
        return {_BucketKey(*row[:6]): row[6] for row in cursor.fetchall()}
