"""The complete statements: rating a bucket, and repricing it.

The planner cannot estimate the rows of the common table expressions, and a nested loop over two of them takes forever.
So all joins are hash joins (`PLAN`), except where LATERAL with OFFSET 0 forces an index lookup for each row.
"""

from billing.rating.sql.blocks import BLOCKS
from billing.rating.sql.lines import DUE, WRITE_CUTS, WRITE_LINES
from billing.rating.sql.positions import POSITIONS_BY_BLOCK
from billing.rating.sql.terms import AS_RECORDED, PRICES

PLAN = "SET LOCAL enable_nestloop = off; SET LOCAL enable_mergejoin = off; SET LOCAL jit = off"

# The inputs of a rating: its terms (all prices and bounds), and the layout, the part that decides positions and tiers.
_LAYOUT = """
    (SELECT coalesce(string_agg(above::text, ';'), '') FROM threshold)
    || (SELECT coalesce(string_agg(DISTINCT allowance::text, ';'), '') FROM term)
    || (SELECT coalesce(string_agg(row(above, reached_at)::text, ';' ORDER BY above), '')
        FROM billing_volumeanchor WHERE bucket_id = ANY(%(buckets)s))"""
_TERMS = f"""
    (SELECT coalesce(string_agg(DISTINCT row(card_id, sell_card_id, base, markup_percent, fee, fee_on_free)::text, ';'),
        '') FROM book) || {_LAYOUT}"""
RESULT = f"""
SELECT
    (SELECT coalesce(sum(n), 0) FROM block_of), (SELECT coalesce(bit_xor(fingerprint), 0) FROM block_of),
    (SELECT coalesce(sum(n), 0) FROM due), (SELECT coalesce(bit_xor(fingerprint), 0) FROM due),
    md5({_TERMS}), md5({_LAYOUT}), (SELECT count(*) FROM deleted) + (SELECT count(*) FROM written)
"""

# Repricing: with an unchanged layout and no line without a price, the lines already count the messages of each tier,
# and only prices change.
_KINDS_OF_LINES = """
block_of AS MATERIALIZED (
    SELECT DISTINCT bucket_id, day, kind_id FROM billing_ratedline WHERE bucket_id = ANY(%(buckets)s)
)"""
_TIERS_OF_LINES = """
piece AS (
    SELECT l.bucket_id AS group_id, l.bucket_id, l.day, l.kind_id, l.anchored, l.n, 0::bigint AS fingerprint,
        greatest(l.above, l.sell_above, CASE l.state WHEN 'charged' THEN b.allowance END, 0) AS above
    FROM billing_ratedline l JOIN billing_bucket b ON b.id = l.bucket_id
    WHERE l.bucket_id = ANY(%(buckets)s)
)"""

RATE = f"WITH {BLOCKS},{AS_RECORDED},{PRICES},{POSITIONS_BY_BLOCK},{DUE},{WRITE_LINES},{WRITE_CUTS}{RESULT}"
CAN_REPRICE = f"""
WITH {_KINDS_OF_LINES},{AS_RECORDED},{PRICES}
SELECT EXISTS (
    SELECT FROM billing_ratingrun r WHERE r.id = %(run)s AND r.layout = md5({_LAYOUT})
        AND (r.n, r.fingerprint) = (
            SELECT coalesce(sum(n), 0), coalesce(bit_xor(fingerprint), 0) FROM billing_usageblock
            WHERE bucket_id = ANY(%(buckets)s)
        )
) AND NOT EXISTS (
    SELECT FROM billing_ratedline l WHERE l.bucket_id = ANY(%(buckets)s)
        AND (l.reason IN ('no_card', 'no_rate') OR l.sell_reason IN ('no_card', 'no_rate'))
)"""
REPRICE = f"""
WITH {_KINDS_OF_LINES},{AS_RECORDED},{PRICES},{_TIERS_OF_LINES},{DUE},{WRITE_LINES}
SELECT (SELECT coalesce(sum(n), 0) FROM piece), (SELECT coalesce(sum(n), 0) FROM due), md5({_TERMS}),
    (SELECT count(*) FROM deleted) + (SELECT count(*) FROM written)
"""
