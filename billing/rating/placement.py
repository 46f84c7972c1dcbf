"""Reclassifying a bucket's facts after a correction of markets, rules or a WABA."""

from typing import Any

from django.db import connection

from billing.accrual import Accruals, KindKey, UsageFacts
from billing.dimension_ids import bucket_ids, columns_of, kind_ids
from billing.models import Bucket, UsageKind
from billing.rating.sql.blocks import RECORD_MOVES, RETURN_MOVES

_ZONES = "unnest(%(wabas)s::bigint[], %(zones)s::text[]) AS z (waba_id, zone)"
_DAY = "(f.billed_at AT TIME ZONE coalesce(z.zone, 'UTC'))::date"
_KIND_DAYS = f"""
SELECT DISTINCT f.kind_id, f.day, {_DAY} FROM billing_usagefact f
JOIN billing_usagekind k ON k.id = f.kind_id LEFT JOIN {_ZONES} ON z.waba_id = k.waba_id
WHERE f.bucket_id = %(bucket)s
"""  # noqa: S608 - constants
_MOVE = f"""
WITH goal AS (
    SELECT * FROM unnest(%(kinds)s::bigint[], %(days)s::date[], %(days_now)s::date[], %(buckets_now)s::bigint[],
        %(kinds_now)s::bigint[]) AS g (kind_id, day, day_now, bucket_now, kind_now)
), merged AS (
    UPDATE billing_usagefact f SET bucket_id = g.bucket_now, day = g.day_now, kind_id = g.kind_now
    FROM goal g JOIN billing_usagekind k ON k.id = g.kind_id LEFT JOIN {_ZONES} ON z.waba_id = k.waba_id
    WHERE f.bucket_id = %(bucket)s AND f.kind_id = g.kind_id AND f.day = g.day AND {_DAY} = g.day_now
    {RETURN_MOVES}
), {RECORD_MOVES}
"""  # noqa: S608 - constants


def reclassify(bucket_id: int) -> None:
    """Move the bucket's facts to the buckets and kinds of today's tables and record the changes, in the caller's
    transaction. Marks the target buckets dirty.
    """
    account_id = Bucket.objects.values_list("account_id", flat=True).get(pk=bucket_id)
    accruals = Accruals([account_id])
    zones = accruals.zones()
    params: dict[str, Any] = {"bucket": bucket_id, "wabas": list(zones), "zones": list(zones.values())}
    with connection.cursor() as cursor:
        cursor.execute(_KIND_DAYS, params)
        kind_days = cursor.fetchall()
        kinds = UsageKind.objects.in_bulk({kind_id for kind_id, _, _ in kind_days})
        targets = {(kind_id, day): accruals.classify(facts_of(kinds[kind_id]), day) for kind_id, _, day in kind_days}
        bucket_of = bucket_ids({bucket for bucket, _ in targets.values()}) if targets else {}
        for key, pk in bucket_of.items():  # changed by rules
            Bucket.objects.filter(pk=pk).exclude(allowance=key.allowance).update(allowance=key.allowance)
        kind_of = kind_ids({kind for _, kind in targets.values()}) if targets else {}
        goals = []
        for kind_id, day, day_now in kind_days:
            bucket, kind = targets[kind_id, day_now]
            goal = (kind_id, day, day_now, bucket_of[bucket], kind_of[kind])
            if goal != (kind_id, day, day, bucket_id, kind_id):
                goals.append(goal)
        if goals:
            names = ("kinds", "days", "days_now", "buckets_now", "kinds_now")
            cursor.execute(_MOVE, params | dict(zip(names, columns_of(goals), strict=True)))


def facts_of(kind: UsageKind) -> UsageFacts:
    """The attributes of the messages of a kind."""
    return UsageFacts(*(getattr(kind, name) for name in UsageFacts._fields))


def key_of(kind: UsageKind) -> KindKey:
    """The unique key of a kind."""
    return KindKey(*(getattr(kind, name) for name in KindKey._fields))
