"""The statements of rating, put together from parts.

Block by block: an hour whose messages all stand in one tier is added up from its blocks; only an hour that holds a
threshold, or the moment of a volume announcement, is counted message by message. Window (the verifier): every message
of the bucket gets its position by row_number(), blocks are not looked at. Both end in the same `due` lines.

The planner cannot know how many blocks a part of the statement yields, and a nested loop over two of them takes for
ever. So all joins are by hash (`PLAN`), except where LATERAL with OFFSET 0 asks for a look-up by index for each row.

The statement works on groups. In rating a group is a bucket. In a what-if it is what the bucket would be under other
rules or markets, which may take its kinds from several buckets or leave some.
"""

HOUR = "floor(extract(epoch FROM {billed_at}) / 3600)::int"


def fingerprint(of: str = "", was: str = "") -> str:
    """Eight bytes that stand for a fact where it is: combined by XOR they tell two sets of facts apart."""
    return f"hash_record_extended(ROW({of}message_key, {was}billed_at, {was}day, {was}kind_id), 0)"


# What a statement that ends in "RETURNING message_key, old.…, new.…" did to the blocks of the facts it moved.
NOTE_MOVES = f"""
moved AS MATERIALIZED (
    SELECT bucket_id, {HOUR.format(billed_at="billed_at")} AS hour, day, kind_id, 1 AS n,
        {fingerprint()} AS fingerprint
    FROM merged
    UNION ALL
    SELECT was_bucket_id, {HOUR.format(billed_at="was_billed_at")}, was_day, was_kind_id, -1,
        {fingerprint(was="was_")}
    FROM merged WHERE was_bucket_id IS NOT NULL
),
noted AS (
    INSERT INTO billing_blockdelta (bucket_id, hour, day, kind_id, n, fingerprint)
    SELECT bucket_id, hour, day, kind_id, sum(n), bit_xor(fingerprint) FROM moved
    GROUP BY 1, 2, 3, 4 HAVING sum(n) <> 0 OR bit_xor(fingerprint) <> 0
)
INSERT INTO billing_dirtybucket (bucket_id) SELECT DISTINCT bucket_id FROM moved
"""
RETURN_MOVES = """RETURNING new.message_key, new.bucket_id, new.billed_at, new.day, new.kind_id,
        old.bucket_id AS was_bucket_id, old.billed_at AS was_billed_at, old.day AS was_day,
        old.kind_id AS was_kind_id"""
_OF_FACT = fingerprint(of="f.", was="f.")

PLAN = "SET LOCAL enable_nestloop = off; SET LOCAL enable_mergejoin = off; SET LOCAL jit = off"

BLOCKS = """
block_of AS MATERIALIZED (
    SELECT bucket_id, hour, day, kind_id, n, fingerprint FROM billing_usageblock WHERE bucket_id = ANY(%(buckets)s)
)"""
BLOCKS_AND_DELTAS = """
block_of AS MATERIALIZED (
    SELECT bucket_id, hour, day, kind_id, sum(n)::bigint AS n, bit_xor(fingerprint) AS fingerprint
    FROM (
        SELECT bucket_id, hour, day, kind_id, n, fingerprint FROM billing_usageblock
        WHERE bucket_id = ANY(%(buckets)s)
        UNION ALL
        SELECT bucket_id, hour, day, kind_id, n, fingerprint FROM billing_blockdelta
        WHERE bucket_id = ANY(%(buckets)s)
    ) u
    GROUP BY 1, 2, 3, 4 HAVING sum(n) <> 0
)"""

# A kind of message on a day, and what its price follows from.
AS_RECORDED = """
term AS MATERIALIZED (
    SELECT u.bucket_id AS group_id, u.bucket_id, u.kind_id, u.day, b.allowance, k.account_id, k.provider, k.currency,
        k.market, k.price_category, k.free_reason, k.unrated_reason,
        k.free_reason = '' AND k.unrated_reason = '' AS counted
    FROM (SELECT DISTINCT bucket_id, kind_id, day FROM block_of) u
    JOIN billing_usagekind k ON k.id = u.kind_id
    JOIN billing_bucket b ON b.id = u.bucket_id
), home AS (SELECT b AS group_id, b AS bucket_id FROM unnest(%(buckets)s::bigint[]) b)"""
AS_SUPPOSED = """
term AS MATERIALIZED (
    SELECT s.*, s.free_reason = '' AND s.unrated_reason = '' AS counted FROM supposed_term s
), home AS (SELECT group_id, bucket_id FROM supposed_home)"""

# The card of each day: the account's own before the general one, the provider's before any, the latest first. A card
# tried out (`with`) stands in for its siblings (`without`); one that is forced (`forced`) is in force on every day.
CARD_OF_DAY = """
    SELECT k.id FROM billing_ratecard k
    WHERE k.book = '{book}' AND k.currency = d.currency AND (k.provider = d.provider OR k.provider = '')
        AND (k.account_id = d.account_id OR k.account_id IS NULL)
        AND (k.id = ANY(%(forced)s) OR k.effective_from <= d.day
             AND (k.is_active AND k.id <> ALL(%(without)s) OR k.id = ANY(%(with)s)))
    ORDER BY k.id = ANY(%(forced)s) DESC, k.account_id IS NULL, k.provider = '', k.effective_from DESC, k.id DESC
    LIMIT 1
"""
TERMS_OF_DAY = """
    SELECT * FROM billing_sellterms s
    WHERE s.account_id = d.account_id AND s.currency = d.currency AND s.effective_from <= d.day
    ORDER BY s.effective_from DESC LIMIT 1
"""
PRICES = f"""
book AS MATERIALIZED (
    SELECT d.*, buy.id AS card_id, sell.id AS sell_card_id, nullif(s.base, 'nothing') AS base, s.markup_percent, s.fee,
        s.fee_on_free
    FROM (SELECT DISTINCT account_id, provider, currency, day FROM term) d
    LEFT JOIN LATERAL ({CARD_OF_DAY.format(book="buy")}) buy ON true
    LEFT JOIN LATERAL ({TERMS_OF_DAY}) s ON true
    LEFT JOIN LATERAL ({CARD_OF_DAY.format(book="sell")}) sell ON s.base = 'card'
),
priced AS MATERIALIZED (
    SELECT DISTINCT t.group_id, c.card_id, t.market, t.price_category
    FROM term t JOIN book b USING (account_id, provider, currency, day)
    CROSS JOIN LATERAL (VALUES (b.card_id), (b.sell_card_id)) c (card_id)
    WHERE t.counted AND c.card_id IS NOT NULL
),
rate AS MATERIALIZED (
    SELECT r.* FROM (SELECT DISTINCT card_id, market, price_category FROM priced) p
    CROSS JOIN LATERAL (
        SELECT r.id, r.card_id, r.market, r.category AS price_category, r.above, r.up_to, r.unit_price
        FROM billing_rate r
        WHERE r.card_id = p.card_id AND r.market = p.market AND r.category = p.price_category OFFSET 0
    ) r
),
threshold AS MATERIALIZED (
    SELECT group_id, array_agg(DISTINCT above ORDER BY above) AS above
    FROM (
        SELECT p.group_id, r.above FROM priced p JOIN rate r USING (card_id, market, price_category) WHERE r.above > 0
        UNION ALL SELECT group_id, allowance FROM term WHERE counted AND allowance > 0
    ) t
    GROUP BY group_id
)"""

# Blocks: first and last position of every hour; `e` is the volume at other providers, which grows at announcements.
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
near AS MATERIALIZED (  -- the facts of the hours to count singly
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

# Window: nothing but facts.
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

DUE = """
found AS (
    SELECT p.group_id, t.account_id, p.day, p.kind_id, p.anchored AND r.id IS NOT NULL AS anchored, p.n, p.fingerprint,
        r.id AS rate_id, r.above AS tier, r.unit_price AS price, sr.id AS sell_rate_id, sr.above AS own_tier,
        sr.unit_price AS own_price,
        b.base, b.markup_percent, b.fee, b.fee_on_free, b.sell_card_id, t.unrated_reason,
        CASE
            WHEN t.unrated_reason <> '' THEN ARRAY['unrated', t.unrated_reason]
            WHEN t.free_reason <> '' THEN ARRAY['free', t.free_reason]
            WHEN coalesce(p.above, 0) < t.allowance THEN ARRAY['free', 'service_allowance']
            WHEN b.card_id IS NULL THEN ARRAY['unrated', 'no_card']
            WHEN r.id IS NULL THEN ARRAY['unrated', 'no_rate']
            ELSE ARRAY['charged', '']
        END AS verdict
    FROM (
        SELECT group_id, bucket_id, day, kind_id, above, anchored, sum(n)::bigint AS n,
            bit_xor(fingerprint) AS fingerprint
        FROM piece GROUP BY 1, 2, 3, 4, 5, 6
    ) p
    JOIN term t USING (group_id, bucket_id, kind_id, day)
    JOIN book b USING (account_id, provider, currency, day)
    LEFT JOIN rate r ON r.card_id = b.card_id AND r.market = t.market AND r.price_category = t.price_category
        AND t.counted AND coalesce(p.above, 0) >= r.above AND (r.up_to IS NULL OR coalesce(p.above, 0) < r.up_to)
    LEFT JOIN rate sr ON sr.card_id = b.sell_card_id AND sr.market = t.market
        AND sr.price_category = t.price_category AND t.counted AND coalesce(p.above, 0) >= sr.above
        AND (sr.up_to IS NULL OR coalesce(p.above, 0) < sr.up_to)
),
judged AS (
    SELECT *, CASE
            WHEN base IS NULL THEN ARRAY['', '']
            WHEN unrated_reason <> '' THEN ARRAY['unrated', unrated_reason]
            WHEN verdict[1] = 'free' AND NOT (fee_on_free AND fee > 0) THEN verdict
            WHEN verdict[1] = 'free' THEN ARRAY['charged', '']
            WHEN base = 'cost' AND verdict[1] = 'unrated' THEN verdict
            WHEN base = 'card' AND sell_card_id IS NULL THEN ARRAY['unrated', 'no_card']
            WHEN base = 'card' AND sell_rate_id IS NULL THEN ARRAY['unrated', 'no_rate']
            ELSE ARRAY['charged', '']
        END AS sold
    FROM found
),
due AS MATERIALIZED (
    SELECT group_id, account_id, day, kind_id, verdict[1] AS state, verdict[2] AS reason,
        CASE verdict[1] WHEN 'charged' THEN tier END AS above,
        CASE verdict[1] WHEN 'charged' THEN rate_id END AS rate_id,
        anchored AND verdict[1] = 'charged' AS anchored, sum(n)::bigint AS n, bit_xor(fingerprint) AS fingerprint,
        CASE verdict[1] WHEN 'charged' THEN price WHEN 'free' THEN 0 END AS unit_price,
        sold[1] AS sell_state, sold[2] AS sell_reason,
        CASE WHEN sold[1] = 'charged' AND base = 'card' AND verdict[1] <> 'free' THEN own_tier END AS sell_above,
        CASE WHEN sold[1] = 'charged' AND base = 'card' AND verdict[1] <> 'free' THEN sell_rate_id END AS sell_rate_id,
        CASE
            WHEN sold[1] = 'free' THEN 0
            WHEN sold[1] <> 'charged' THEN NULL
            WHEN verdict[1] = 'free' THEN fee
            ELSE (CASE base WHEN 'cost' THEN price ELSE own_price END) * (1 + markup_percent * 0.01) + fee
        END AS sell_price
    FROM judged
    GROUP BY 1, 2, 3, 4, 5, 6, 7, 8, 9, 12, 13, 14, 15, 16, 17
)"""
LINE_COLUMNS = """account_id, day, kind_id, state, reason, above, rate_id, anchored, n, unit_price,
        n * unit_price AS amount, sell_state, sell_reason, sell_above, sell_rate_id, sell_price,
        n * sell_price AS sell_amount"""
# By its tier, not by its rate: under a new card the same line gets another price.
_KEY = "day, kind_id, state, reason, above, anchored, sell_state, sell_reason, sell_above"
_KEY_OF_LINE = ", ".join(f"l.{column}" for column in _KEY.split(", "))
_KEY_OF_DUE = ", ".join(f"d.{column}" for column in _KEY.split(", "))

# Only what differs is written: rating again without news touches no row.
WRITE_LINES = f"""
gone AS (
    DELETE FROM billing_ratedline l WHERE l.bucket_id = ANY(%(buckets)s) AND NOT EXISTS (
        SELECT FROM due d
        WHERE d.day = l.day AND d.kind_id = l.kind_id AND ({_KEY_OF_DUE}) IS NOT DISTINCT FROM ({_KEY_OF_LINE})
    ) RETURNING 1
),
put AS (
    INSERT INTO billing_ratedline AS l (bucket_id, account_id, day, kind_id, state, reason, above, rate_id, anchored, n,
        unit_price, amount, sell_state, sell_reason, sell_above, sell_rate_id, sell_price, sell_amount)
    SELECT group_id, {LINE_COLUMNS} FROM due ORDER BY day, kind_id
    ON CONFLICT (bucket_id, {_KEY}) DO UPDATE
    SET n = EXCLUDED.n, rate_id = EXCLUDED.rate_id, unit_price = EXCLUDED.unit_price, amount = EXCLUDED.amount,
        sell_rate_id = EXCLUDED.sell_rate_id, sell_price = EXCLUDED.sell_price, sell_amount = EXCLUDED.sell_amount
    WHERE (l.n, l.rate_id, l.unit_price, l.sell_rate_id, l.sell_price) IS DISTINCT FROM
        (EXCLUDED.n, EXCLUDED.rate_id, EXCLUDED.unit_price, EXCLUDED.sell_rate_id, EXCLUDED.sell_price)
    RETURNING 1
)"""
# An hour in which volume elsewhere is announced may end below a threshold that its count and that volume pass together:
# then the cut is in a later hour.
WRITE_CUTS = """
cut AS MATERIALIZED (
    SELECT t.above, first.billed_at, first.message_key
    FROM (SELECT group_id, unnest(above) AS above FROM threshold) t
    CROSS JOIN LATERAL (
        SELECT found.* FROM (
            SELECT * FROM span p
            WHERE p.group_id = t.group_id AND p.base + p.n + p.after > t.above ORDER BY p.hour OFFSET 0
        ) p
        CROSS JOIN LATERAL (
            (SELECT billed_at, message_key FROM single s
             WHERE s.group_id = t.group_id AND s.hour = p.hour AND s.position > t.above
             ORDER BY billed_at, message_key LIMIT 1)
            UNION ALL
            (SELECT f.billed_at, f.message_key FROM billing_usagefact f
             JOIN term k ON k.bucket_id = f.bucket_id AND k.kind_id = f.kind_id AND k.day = f.day AND k.counted
             WHERE p.first_tier = p.last_tier AND p.before = p.after AND f.bucket_id = t.group_id
                AND f.billed_at >= to_timestamp(p.hour * 3600.0) AND f.billed_at < to_timestamp((p.hour + 1) * 3600.0)
             ORDER BY f.billed_at, f.message_key LIMIT 1)
        ) found
        ORDER BY p.hour LIMIT 1
    ) first
),
cut_gone AS (
    DELETE FROM billing_tiercut c WHERE c.bucket_id = ANY(%(buckets)s)
        AND NOT EXISTS (SELECT FROM cut WHERE cut.above = c.above)
),
cut_put AS (
    INSERT INTO billing_tiercut AS c (bucket_id, above, billed_at, message_key)
    SELECT (%(buckets)s)[1], above, billed_at, message_key FROM cut
    ON CONFLICT (bucket_id, above) DO UPDATE SET billed_at = EXCLUDED.billed_at, message_key = EXCLUDED.message_key
    WHERE (c.billed_at, c.message_key) IS DISTINCT FROM (EXCLUDED.billed_at, EXCLUDED.message_key)
),
anchored AS (
    UPDATE billing_volumeanchor v SET external = a.e FROM anchor a WHERE a.id = v.id AND v.external <> a.e
)"""
# What a rating rests on: its terms (prices and all), and of them the layout, which alone decides positions and tiers.
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
    md5({_TERMS}), md5({_LAYOUT}), (SELECT count(*) FROM gone) + (SELECT count(*) FROM put)
"""

# Repricing: the lines say how many messages stand in which tier. With the layout as it was, and no line that had no
# price, they are counted already, and only prices are new.
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

FOLD = """
WITH taken AS (
    DELETE FROM billing_blockdelta WHERE bucket_id = %(bucket)s RETURNING hour, day, kind_id, n, fingerprint
),
delta AS MATERIALIZED (
    SELECT hour, day, kind_id, sum(n)::bigint AS n, bit_xor(fingerprint) AS fingerprint FROM taken GROUP BY 1, 2, 3
),
known AS (
    UPDATE billing_usageblock b SET n = b.n + d.n, fingerprint = b.fingerprint # d.fingerprint FROM delta d
    WHERE b.bucket_id = %(bucket)s AND (b.hour, b.day, b.kind_id) = (d.hour, d.day, d.kind_id)
    RETURNING b.hour, b.day, b.kind_id
),
fresh AS (
    INSERT INTO billing_usageblock (bucket_id, hour, day, kind_id, n, fingerprint)
    SELECT %(bucket)s, hour, day, kind_id, n, fingerprint FROM delta d
    WHERE NOT EXISTS (SELECT FROM known k WHERE (k.hour, k.day, k.kind_id) = (d.hour, d.day, d.kind_id))
)
SELECT EXISTS (SELECT FROM taken)
"""
DROP_EMPTY = "DELETE FROM billing_usageblock WHERE bucket_id = %(bucket)s AND n = 0"

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
    (SELECT count(*) FROM gone) + (SELECT count(*) FROM put)
"""
