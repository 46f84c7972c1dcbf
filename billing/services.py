"""Writes of billing: usage facts from deliveries, and volume tiers announced by providers. Rating is in rating/."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import NamedTuple
from uuid import UUID

import structlog
from django.db import connection

from billing.accrual import Accruals, BucketKey, KindKey, UsageFacts
from billing.dimension_ids import bucket_ids, columns_of, kind_ids
from billing.rating.sql.blocks import RECORD_MOVES, RETURN_MOVES, RETURN_REMOVALS

log = structlog.get_logger("tollgate.billing")

_FACT_COLUMNS = ("message_key", "account_id", "bucket_id", "billed_at", "day", "kind_id", "webhook_id")


class DeliveredMessage(NamedTuple):
    """A delivered message as messaging passes it to billing, without personal data."""

    message_key: UUID
    account_id: int
    provider: str
    waba_id: int | None
    phone_number_id: int | None
    subaccount_id: int | None
    template_id: int | None
    country: str
    category: str
    pricing_type: str
    billed_at: datetime
    webhook_id: int | None
    category_assumed: bool = False


_CREATE = """
CREATE TEMPORARY TABLE IF NOT EXISTS usage_batch (LIKE billing_usagefact INCLUDING DEFAULTS);
TRUNCATE usage_batch;
"""
# The earliest proof of delivery wins. For the same proof newer values replace older ones, because messaging only ever
# refines them.
_MERGE = f"""
WITH merged AS (
    INSERT INTO billing_usagefact AS f ({", ".join(_FACT_COLUMNS)})
    SELECT {", ".join(_FACT_COLUMNS)} FROM usage_batch ORDER BY message_key
    ON CONFLICT (message_key) DO UPDATE
    SET bucket_id = EXCLUDED.bucket_id, billed_at = EXCLUDED.billed_at, day = EXCLUDED.day, kind_id = EXCLUDED.kind_id,
        webhook_id = coalesce(EXCLUDED.webhook_id, f.webhook_id)
    WHERE EXCLUDED.billed_at <= f.billed_at
      AND (f.bucket_id, f.billed_at, f.day, f.kind_id)
          IS DISTINCT FROM (EXCLUDED.bucket_id, EXCLUDED.billed_at, EXCLUDED.day, EXCLUDED.kind_id)
    {RETURN_MOVES}
), {RECORD_MOVES}
"""  # noqa: S608 - every name is a constant of this module


_REMOVE = f"""
WITH merged AS (DELETE FROM billing_usagefact WHERE message_key = ANY(%s) {RETURN_REMOVALS}), {RECORD_MOVES}
"""  # noqa: S608 - every name is a constant of this module


def record_usage(deliveries: Sequence[DeliveredMessage]) -> None:
    """Merge deliveries into the usage facts and record the changes, in the caller's transaction.

    Takes at most one delivery per message. Recording the same deliveries again writes nothing.
    """
    if not deliveries:
        return
    accruals = Accruals({delivery.account_id for delivery in deliveries})
    rows = [_classify(delivery, accruals) for delivery in deliveries]
    buckets = bucket_ids({bucket for _, _, bucket, _ in rows})
    kinds = kind_ids({kind for _, _, _, kind in rows})
    with connection.cursor() as cursor:
        cursor.execute(_CREATE)
        with cursor.copy(f"COPY usage_batch ({', '.join(_FACT_COLUMNS)}) FROM STDIN") as copy:
            for delivery, day, bucket, kind in rows:
                copy.write_row((
                    delivery.message_key, delivery.account_id, buckets[bucket], delivery.billed_at, day, kinds[kind],
                    delivery.webhook_id,
                ))  # fmt: skip
        cursor.execute(_MERGE)


def remove_usage(keys: Sequence[UUID]) -> None:
    """Remove facts of deliveries that proved to be counted under another key, in the caller's transaction."""
    if keys:
        with connection.cursor() as cursor:
            cursor.execute(_REMOVE, [list(keys)])


def _classify(delivery: DeliveredMessage, accruals: Accruals) -> tuple[DeliveredMessage, date, BucketKey, KindKey]:
    facts = UsageFacts(
        delivery.account_id, delivery.provider, delivery.waba_id or 0, delivery.phone_number_id or 0,
        delivery.subaccount_id or 0, delivery.template_id or 0, delivery.country, delivery.category,
        delivery.pricing_type, delivery.category_assumed,
    )  # fmt: skip
    day = accruals.day(facts.waba_id, delivery.billed_at)
    return delivery, day, *accruals.classify(facts, day)


class VolumeTier(NamedTuple):
    """A provider's announcement that a portfolio reached a volume tier, in the provider's format.

    `tier` is like "25000001:50000000", `region` the market, `month` like "2026-10" or empty: the month of the time.
    """

    account_id: int
    waba_id: int
    category: str
    region: str
    tier: str
    month: str
    reached_at: datetime
    webhook_id: int | None


# The earliest of several announcements of a tier is the official one (Meta, account_update).
_ANCHOR = """
WITH announced AS (
    SELECT DISTINCT ON (1, 2) * FROM unnest(%s::bigint[], %s::bigint[], %s::timestamptz[], %s::bigint[])
        AS t (bucket_id, above, reached_at, webhook_id) ORDER BY 1, 2, 3, 4
), changed AS (
    INSERT INTO billing_volumeanchor AS a (bucket_id, above, reached_at, webhook_id, external)
    SELECT *, 0 FROM announced ORDER BY bucket_id, above
    ON CONFLICT (bucket_id, above) DO UPDATE SET reached_at = EXCLUDED.reached_at, webhook_id = EXCLUDED.webhook_id
    WHERE EXCLUDED.reached_at < a.reached_at
    RETURNING bucket_id
)
INSERT INTO billing_dirtybucket (bucket_id) SELECT DISTINCT bucket_id FROM changed
"""


def record_volume_tiers(tiers: Sequence[VolumeTier]) -> None:
    """Store announced tiers as anchors of their buckets, in the caller's transaction. Known ones write nothing.

    Skips and logs announcements with an unknown market, WABA or tier format.
    """
    if not tiers:
        return
    accruals = Accruals({tier.account_id for tier in tiers})
    keys = [(tier, key) for tier in tiers if (key := _bucket_of_tier(tier, accruals))]
    if not keys:
        return
    ids = bucket_ids({key for _, key in keys})
    rows = [(ids[key], int(tier.tier.partition(":")[0]) - 1, tier.reached_at, tier.webhook_id) for tier, key in keys]
    with connection.cursor() as cursor:
        cursor.execute(_ANCHOR, columns_of(rows))


def _bucket_of_tier(tier: VolumeTier, accruals: Accruals) -> BucketKey | None:
    """The bucket whose volume is announced; None for the first tier, which implies no volume, and for invalid ones."""
    start = tier.tier.partition(":")[0]
    day = _first_day(tier.month) if tier.month else accruals.day(tier.waba_id, tier.reached_at).replace(day=1)
    key = accruals.bucket_of(tier.account_id, tier.waba_id, tier.category.lower(), tier.region, day) if day else None
    if not start.isdigit() or key is None:
        log.warning("volume_tier_not_understood", **tier._asdict())
        return None
    return key if int(start) > 1 else None


def _first_day(month: str) -> date | None:
    try:
        return date.fromisoformat(f"{month}-01")
    except ValueError:
        return None
