"""Writes of billing: usage facts from deliveries, and volume announced by providers. Rating itself is in rating/."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import NamedTuple
from uuid import UUID

import structlog
from django.db import connection

from billing.accrual import Accruals, BucketKey, KindKey, UsageFacts
from billing.dimension_ids import bucket_ids, columns_of, kind_ids
from billing.rating.sql.blocks import NOTE_MOVES, RETURN_MOVES

log = structlog.get_logger("tollgate.billing")

_FACT_COLUMNS = ("message_key", "account_id", "bucket_id", "billed_at", "day", "kind_id", "webhook_id")


class Usage(NamedTuple):
    """A delivered message, as messaging hands it over: ids and words, no personal data."""

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


_CREATE = """
CREATE TEMPORARY TABLE IF NOT EXISTS usage_batch (LIKE billing_usagefact INCLUDING DEFAULTS);
TRUNCATE usage_batch;
"""
# The earliest proof of delivery wins; at the same proof the newer words replace the older, which messaging only ever
# refines.
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
), {NOTE_MOVES}
"""  # noqa: S608 - every name is a constant of this module


def record_usage(usages: Sequence[Usage]) -> None:
    """Merge deliveries into the usage facts and note what that changes, in the caller's transaction.

    At most one usage per message and call. Recording the same deliveries again writes nothing.
    """
    if not usages:
        return
    accruals = Accruals({usage.account_id for usage in usages})
    rows = [_placed(usage, accruals) for usage in usages]
    buckets = bucket_ids({bucket for _, _, bucket, _ in rows})
    kinds = kind_ids({kind for _, _, _, kind in rows})
    with connection.cursor() as cursor:
        cursor.execute(_CREATE)
        with cursor.copy(f"COPY usage_batch ({', '.join(_FACT_COLUMNS)}) FROM STDIN") as copy:
            for usage, day, bucket, kind in rows:
                copy.write_row((
                    usage.message_key, usage.account_id, buckets[bucket], usage.billed_at, day, kinds[kind],
                    usage.webhook_id,
                ))  # fmt: skip
        cursor.execute(_MERGE)


def _placed(usage: Usage, accruals: Accruals) -> tuple[Usage, date, BucketKey, KindKey]:
    said = UsageFacts(
        usage.account_id, usage.provider, usage.waba_id or 0, usage.phone_number_id or 0, usage.subaccount_id or 0,
        usage.template_id or 0, usage.country, usage.category, usage.pricing_type,
    )  # fmt: skip
    day = accruals.day(said.waba_id, usage.billed_at)
    return usage, day, *accruals.place(said, day)


class VolumeTier(NamedTuple):
    """A provider's announcement that a portfolio reached a volume tier, in the provider's words.

    `tier` as "25000001:50000000", `region` the market, `month` as "2026-10" or empty: that of the time.
    """

    account_id: int
    waba_id: int
    category: str
    region: str
    tier: str
    month: str
    reached_at: datetime
    webhook_id: int | None


# Of several announcements of one tier the earliest is official (Meta, account_update).
_ANCHOR = """
WITH said AS (
    SELECT DISTINCT ON (1, 2) * FROM unnest(%s::bigint[], %s::bigint[], %s::timestamptz[], %s::bigint[])
        AS t (bucket_id, above, reached_at, webhook_id) ORDER BY 1, 2, 3, 4
), news AS (
    INSERT INTO billing_volumeanchor AS a (bucket_id, above, reached_at, webhook_id, external)
    SELECT *, 0 FROM said ORDER BY bucket_id, above
    ON CONFLICT (bucket_id, above) DO UPDATE SET reached_at = EXCLUDED.reached_at, webhook_id = EXCLUDED.webhook_id
    WHERE EXCLUDED.reached_at < a.reached_at
    RETURNING bucket_id
)
INSERT INTO billing_dirtybucket (bucket_id) SELECT DISTINCT bucket_id FROM news
"""


def record_volume_tiers(tiers: Sequence[VolumeTier]) -> None:
    """Keep announced tiers as anchors of their buckets, in the caller's transaction. The same again writes nothing.

    What cannot be understood (an unknown market, WABA or way of writing a tier) is named in the log and left out.
    """
    if not tiers:
        return
    accruals = Accruals({tier.account_id for tier in tiers})
    found = [(tier, key) for tier in tiers if (key := _bucket_of_tier(tier, accruals))]
    if not found:
        return
    ids = bucket_ids({key for _, key in found})
    rows = [(ids[key], int(tier.tier.partition(":")[0]) - 1, tier.reached_at, tier.webhook_id) for tier, key in found]
    with connection.cursor() as cursor:
        cursor.execute(_ANCHOR, columns_of(rows))


def _bucket_of_tier(tier: VolumeTier, accruals: Accruals) -> BucketKey | None:
    """The bucket whose volume is announced; None for the first tier, which tells nothing, and for what is not clear."""
    start = tier.tier.partition(":")[0]
    day = _first_of(tier.month) or accruals.day(tier.waba_id, tier.reached_at).replace(day=1)
    key = accruals.bucket_of(tier.account_id, tier.waba_id, tier.category.lower(), tier.region, day)
    if not start.isdigit() or key is None:
        log.warning("volume_tier_not_understood", **tier._asdict())
        return None
    return key if int(start) > 1 else None


def _first_of(month: str) -> date | None:
    try:
        return date.fromisoformat(f"{month}-01")
    except ValueError:
        return None
