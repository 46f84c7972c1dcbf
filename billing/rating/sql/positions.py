"""The number of messages of each kind in each tier: by block, or message by message."""

from billing.rating.sql.blocks import fingerprint

_OF_FACT = fingerprint(of="f.", was="f.")

# By block: the first and last position of each hour; `e` is the volume at other providers, raised by announcements.
_HOUR_OF_ANCHOR = "floor(extract(epoch FROM a.reached_at) / 3600)::int"
POSITIONS_BY_BLOCK = f"""
block AS MATERIALIZED (
    SELECT t.group_id, u.bucket_id, u.hour, u.day, u.kind_id, u.n, u.fingerprint, t.counted
    FROM block_of u JOIN term t USING (bucket_id, kind_id, day)
),
hour AS MATERIALIZED (
    SELECT group_id, hour, n, (sum(n) OVER (PARTITION BY group_id ORDER BY hour) - n)::bigint AS base
    FROM (SELECT group_id, hour, sum(n)::bigint AS n FROM block WHERE counted GROUP BY 1, 2) h
),
source AS MATERIALIZED (SELECT DISTINCT group_id, bucket_id FROM term WHERE counted),
anchor AS MATERIALIZED (
    SELECT a.id, s.group_id, a.above, a.reached_at, greatest(0, a.above - coalesce(earlier.n, 0) - inside.n) AS e
    FROM billing_volumeanchor a JOIN home s USING (bucket_id)
    LEFT JOIN LATERAL (
        SELECT base + n AS n FROM hour h WHERE h.group_id = s.group_id AND h.hour < {_HOUR_OF_ANCHOR}
        ORDER BY h.hour DESC LIMIT 1
    ) earlier ON true
    CROSS JOIN LATERAL (
        SELECT count(*) AS n FROM source o JOIN billing_usagefact f ON f.bucket_id = o.bucket_id
            AND f.billed_at >= to_timestamp({_HOUR_OF_ANCHOR} * 3600.0) AND f.billed_at < a.reached_at
        JOIN term t ON t.bucket_id = f.bucket_id AND t.kind_id = f.kind_id AND t.day = f.day
        WHERE o.group_id = s.group_id AND t.group_id = s.group_id AND t.counted
    ) inside
),
span AS MATERIALIZED (
    SELECT h.*, e.before, e.after, coalesce(t.above, '{{}}') AS above,
        width_bucket(h.base + e.before, coalesce(t.above, '{{}}')) AS first_tier,
        width_bucket(h.base + h.n - 1 + e.after, coalesce(t.above, '{{}}')) AS last_tier
    FROM hour h
    LEFT JOIN threshold t USING (group_id)
    CROSS JOIN LATERAL (
        SELECT coalesce(max(a.e) FILTER (WHERE a.reached_at <= to_timestamp(h.hour * 3600.0)), 0) AS before,
            coalesce(max(a.e), 0) AS after
        FROM anchor a WHERE a.group_id = h.group_id AND a.reached_at < to_timestamp((h.hour + 1) * 3600.0)
    ) e
),
near AS MATERIALIZED (  -- the facts of the hours to count message by message
    SELECT p.group_id, p.hour, p.base, p.above, f.*
    FROM span p
    JOIN source s USING (group_id)
    CROSS JOIN LATERAL (
        SELECT f.bucket_id, f.day, f.kind_id, f.billed_at, f.message_key FROM billing_usagefact f
        WHERE f.bucket_id = s.bucket_id AND f.billed_at >= to_timestamp(p.hour * 3600.0)
            AND f.billed_at < to_timestamp((p.hour + 1) * 3600.0) OFFSET 0
    ) f
    WHERE p.first_tier <> p.last_tier OR p.before <> p.after
),
single AS MATERIALIZED (
    SELECT group_id, bucket_id, hour, day, kind_id, billed_at, message_key, fingerprint, anchored,
        position, above[width_bucket(position - 1, above)] AS above
    FROM (
        SELECT f.group_id, f.hour, f.above, f.bucket_id, f.day, f.kind_id, f.billed_at, f.message_key,
            {_OF_FACT} AS fingerprint, e.volume > 0 AS anchored,
            f.base + e.volume + row_number() OVER (
                PARTITION BY f.group_id, f.hour ORDER BY f.billed_at, f.message_key
            ) AS position
        FROM near f
        JOIN term t USING (group_id, bucket_id, kind_id, day)
        CROSS JOIN LATERAL (
            SELECT coalesce(max(a.e), 0) AS volume FROM anchor a
            WHERE a.group_id = f.group_id AND a.reached_at <= f.billed_at
        ) e
        WHERE t.counted
    ) f
),
piece AS (
    SELECT b.group_id, b.bucket_id, b.day, b.kind_id, p.above[p.first_tier] AS above, p.before > 0 AS anchored, b.n,
        b.fingerprint
    FROM block b JOIN span p USING (group_id, hour)
    WHERE b.counted AND p.first_tier = p.last_tier AND p.before = p.after
    UNION ALL
    SELECT group_id, bucket_id, day, kind_id, above, anchored, count(*), bit_xor(fingerprint) FROM single
    GROUP BY 1, 2, 3, 4, 5, 6
    UNION ALL
    SELECT group_id, bucket_id, day, kind_id, NULL, false, n, fingerprint FROM block WHERE NOT counted
)"""

# By window: only facts.
POSITIONS_BY_WINDOW = f"""
fact AS MATERIALIZED (
    SELECT t.group_id, f.bucket_id, f.day, f.kind_id, f.billed_at, f.message_key, t.counted, {_OF_FACT} AS fingerprint,
        row_number() OVER (PARTITION BY t.group_id, t.counted ORDER BY f.billed_at, f.message_key) AS rank
    FROM billing_usagefact f JOIN term t USING (bucket_id, kind_id, day)
    WHERE f.bucket_id = ANY(%(buckets)s)
),
anchor AS MATERIALIZED (
    SELECT s.group_id, a.reached_at, greatest(0, a.above - (
        SELECT count(*) FROM fact f WHERE f.group_id = s.group_id AND f.counted AND f.billed_at < a.reached_at
    )) AS e
    FROM billing_volumeanchor a JOIN home s USING (bucket_id)
),
piece AS (
    SELECT f.group_id, f.bucket_id, f.day, f.kind_id, t.above[width_bucket(f.rank - 1 + e.volume, t.above)] AS above,
        e.volume > 0 AS anchored, count(*) AS n, bit_xor(f.fingerprint) AS fingerprint
    FROM fact f
    LEFT JOIN (SELECT group_id, above FROM threshold) t USING (group_id)
    CROSS JOIN LATERAL (
        SELECT coalesce(max(a.e), 0) AS volume FROM anchor a
        WHERE a.group_id = f.group_id AND a.reached_at <= f.billed_at
    ) e
    WHERE f.counted
    GROUP BY 1, 2, 3, 4, 5, 6
    UNION ALL
    SELECT group_id, bucket_id, day, kind_id, NULL, false, count(*), bit_xor(fingerprint) FROM fact WHERE NOT counted
    GROUP BY 1, 2, 3, 4
)"""
