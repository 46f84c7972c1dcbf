"""Rating: a bucket's facts become lines and cuts. The set-based engine; it must equal pricing.py.

One window over the bucket's charged messages gives each its position; position, card and market give the price.
Everything written here is derived: rating a bucket again gives the same lines.
"""

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import Error, connection, transaction
from django.utils import timezone

from billing.models import Bucket, DirtyBucket

PRICE_CATEGORY = """CASE WHEN category IN ('marketing_lite', 'group_marketing_lite') THEN 'marketing'
    ELSE regexp_replace(category, '^group_', '') END"""
# The card of each day: the account's own before the general one, the latest first. Few days, so few look-ups.
CARD_OF_DAY = """
SELECT d.currency, d.day, k.id FROM (SELECT DISTINCT account_id, currency, day FROM {facts}) d
CROSS JOIN LATERAL (
    SELECT id FROM billing_ratecard k
    WHERE k.is_active AND k.currency = d.currency AND k.effective_from <= d.day
        AND (k.account_id IS NULL OR k.account_id = d.account_id)
    ORDER BY k.account_id IS NULL, k.effective_from DESC LIMIT 1
) k"""

# One statement, so one snapshot: a dirty mark that goes is one whose facts are counted here.
_RATE = f"""
WITH seen AS (DELETE FROM billing_dirtybucket WHERE bucket_id = %(bucket)s),
ranked AS MATERIALIZED (
    SELECT *, {PRICE_CATEGORY} AS price_category,
        CASE WHEN counted THEN row_number() OVER (PARTITION BY counted ORDER BY billed_at, message_key) END AS position
    FROM (
        SELECT *, free_reason = '' AND unrated_reason = '' AS counted
        FROM billing_usagefact WHERE bucket_id = %(bucket)s
    ) f
),
card AS ({CARD_OF_DAY.format(facts="ranked")}),
priced AS (
    SELECT f.*, r.id AS rate_id, r.unit_price AS price, CASE
        WHEN f.unrated_reason <> '' THEN ARRAY['unrated', f.unrated_reason]
        WHEN f.free_reason <> '' THEN ARRAY['free', f.free_reason]
        WHEN f.position <= %(allowance)s THEN ARRAY['free', 'service_allowance']
        WHEN c.id IS NULL THEN ARRAY['unrated', 'no_card']
        WHEN r.id IS NULL THEN ARRAY['unrated', 'no_rate']
        ELSE ARRAY['charged', ''] END AS verdict
    FROM ranked f
    LEFT JOIN card c ON c.currency = f.currency AND c.day = f.day
    LEFT JOIN billing_rate r ON r.card_id = c.id AND r.market = f.market AND r.category = f.price_category
        AND f.position > r.above AND (r.up_to IS NULL OR f.position <= r.up_to)
),
counted AS (
    SELECT account_id, day, waba_id, phone_number_id, subaccount_id, country, market, category, currency,
        verdict[1] AS state, verdict[2] AS reason,
        CASE verdict[1] WHEN 'charged' THEN rate_id END AS rate_id,
        CASE verdict[1] WHEN 'charged' THEN price WHEN 'free' THEN 0 END AS price, count(*) AS n
    FROM priced GROUP BY 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13
),
lines AS (
    INSERT INTO billing_ratedline (bucket_id, account_id, day, waba_id, phone_number_id, subaccount_id, country, market,
        category, currency, state, reason, rate_id, unit_price, n, amount)
    SELECT %(bucket)s, *, n * price FROM counted RETURNING n
),
thresholds AS (
    SELECT DISTINCT r.above
    FROM (SELECT DISTINCT currency, day, market, price_category FROM ranked WHERE counted) f
    JOIN card c ON c.currency = f.currency AND c.day = f.day
    JOIN billing_rate r ON r.card_id = c.id AND r.market = f.market AND r.category = f.price_category AND r.above > 0
    UNION SELECT %(allowance)s WHERE %(allowance)s > 0
),
cuts AS (
    INSERT INTO billing_tiercut (bucket_id, above, billed_at, message_key)
    SELECT %(bucket)s, t.above, f.billed_at, f.message_key FROM thresholds t JOIN ranked f ON f.position = t.above + 1
)
SELECT (SELECT coalesce(sum(n), 0) FROM lines), (SELECT count(*) FROM ranked)
"""  # noqa: S608 - every name is a constant of this module


class RatingError(RuntimeError):
    """A bucket's result broke an invariant; nothing of it was kept."""


def dirty_buckets(limit: int = 1000) -> list[int]:
    """Ids of buckets with facts that no rating has seen, lowest first."""
    ids = DirtyBucket.objects.order_by("bucket_id").values_list("bucket_id", flat=True).distinct()
    return list(ids[:limit])


def rate_bucket(bucket_id: int) -> bool:
    """Rate one bucket in a transaction of its own, replacing its lines and cuts.

    Returns False when another rater holds the bucket. A failure parks the bucket (`Bucket.problem`) and leaves its
    former lines; its dirty mark stays, so that the next run tries again. Needs every tenant's scope.
    """
    with _locked(bucket_id) as held:
        if not held:
            return False
        try:
            _rate(bucket_id)
        except (RatingError, Error) as error:
            Bucket.objects.filter(pk=bucket_id).update(problem=str(error))
            raise
        return True


@contextmanager
def _locked(bucket_id: int) -> Iterator[bool]:
    """One rater a bucket: a lock of the session, taken before the transaction and freed after it."""
    key = "hashtextextended('billing.bucket', %s)"
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT pg_try_advisory_lock({key})", [bucket_id])
        held = bool(cursor.fetchone()[0])
        try:
            yield held
        finally:
            if held:
                cursor.execute(f"SELECT pg_advisory_unlock({key})", [bucket_id])


def _rate(bucket_id: int) -> None:
    with transaction.atomic(), connection.cursor() as cursor:
        bucket = Bucket.objects.get(pk=bucket_id)
        cursor.execute("DELETE FROM billing_ratedline WHERE bucket_id = %s", [bucket_id])
        cursor.execute("DELETE FROM billing_tiercut WHERE bucket_id = %s", [bucket_id])
        cursor.execute(_RATE, {"bucket": bucket_id, "allowance": bucket.allowance})
        lines, facts = cursor.fetchone()
        if lines != facts:
            raise RatingError(f"{lines} messages in lines, {facts} in facts")
        Bucket.objects.filter(pk=bucket_id).update(rated_at=timezone.now(), problem="")
