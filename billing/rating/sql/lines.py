"""Rated lines and tier cuts: computing the due ones, and writing those that differ."""

DUE = """
matched AS (
    SELECT p.group_id, t.account_id, p.day, p.kind_id, p.anchored AND r.id IS NOT NULL AS anchored, p.n, p.fingerprint,
        r.id AS rate_id, r.above AS tier, r.unit_price AS price, sr.id AS sell_rate_id, sr.above AS own_tier,
        sr.unit_price AS own_price,
        b.base, b.markup_percent, b.fee, b.fee_on_free, b.sell_card_id, t.unrated_reason, t.price_source, r.is_derived,
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
        END AS sold,
        CASE
            WHEN verdict[1] = 'unrated' THEN ''
            WHEN verdict[1] = 'free' AND price_source = 'provider' THEN 'webhook'
            WHEN verdict[1] = 'charged' AND price_source = 'webhook' AND is_derived THEN 'derived'
            ELSE price_source
        END AS charge_source
    FROM matched
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
        END AS sell_price, charge_source AS price_source
    FROM judged
    GROUP BY 1, 2, 3, 4, 5, 6, 7, 8, 9, 12, 13, 14, 15, 16, 17, 18
)"""
LINE_COLUMNS = """account_id, day, kind_id, state, reason, above, rate_id, anchored, n, unit_price,
        n * unit_price AS amount, price_source, sell_state, sell_reason, sell_above, sell_rate_id, sell_price,
        n * sell_price AS sell_amount"""
# Identified by its tier, not its rate: a new card changes the price of the same line.
_KEY = "day, kind_id, state, reason, above, anchored, sell_state, sell_reason, sell_above"
_KEY_OF_LINE = ", ".join(f"l.{column}" for column in _KEY.split(", "))
_KEY_OF_DUE = ", ".join(f"d.{column}" for column in _KEY.split(", "))

# Writes only differences: rating again without changes touches no row.
WRITE_LINES = f"""
deleted AS (
    DELETE FROM billing_ratedline l WHERE l.bucket_id = ANY(%(buckets)s) AND NOT EXISTS (
        SELECT FROM due d
        WHERE d.day = l.day AND d.kind_id = l.kind_id AND ({_KEY_OF_DUE}) IS NOT DISTINCT FROM ({_KEY_OF_LINE})
    ) RETURNING 1
),
written AS (
    INSERT INTO billing_ratedline AS l (bucket_id, account_id, day, kind_id, state, reason, above, rate_id, anchored, n,
        unit_price, amount, price_source, sell_state, sell_reason, sell_above, sell_rate_id, sell_price, sell_amount)
    SELECT group_id, {LINE_COLUMNS} FROM due ORDER BY day, kind_id
    ON CONFLICT (bucket_id, {_KEY}) DO UPDATE
    SET n = EXCLUDED.n, rate_id = EXCLUDED.rate_id, unit_price = EXCLUDED.unit_price, amount = EXCLUDED.amount,
        price_source = EXCLUDED.price_source,
        sell_rate_id = EXCLUDED.sell_rate_id, sell_price = EXCLUDED.sell_price, sell_amount = EXCLUDED.sell_amount
    WHERE (l.n, l.rate_id, l.unit_price, l.price_source, l.sell_rate_id, l.sell_price) IS DISTINCT FROM (
        EXCLUDED.n, EXCLUDED.rate_id, EXCLUDED.unit_price, EXCLUDED.price_source, EXCLUDED.sell_rate_id,
        EXCLUDED.sell_price
    )
    RETURNING 1
)"""
# An hour with a volume announcement may end below a threshold that its count and the announced volume exceed together;
# the cut is in a later hour then.
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
cut_deleted AS (
    DELETE FROM billing_tiercut c WHERE c.bucket_id = ANY(%(buckets)s)
        AND NOT EXISTS (SELECT FROM cut WHERE cut.above = c.above)
),
cut_written AS (
    INSERT INTO billing_tiercut AS c (bucket_id, above, billed_at, message_key)
    SELECT (%(buckets)s)[1], above, billed_at, message_key FROM cut
    ON CONFLICT (bucket_id, above) DO UPDATE SET billed_at = EXCLUDED.billed_at, message_key = EXCLUDED.message_key
    WHERE (c.billed_at, c.message_key) IS DISTINCT FROM (EXCLUDED.billed_at, EXCLUDED.message_key)
),
anchored AS (
    UPDATE billing_volumeanchor v SET external = a.e FROM anchor a WHERE a.id = v.id AND v.external <> a.e
)"""
