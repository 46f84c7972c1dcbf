"""The terms of each kind of message and day: its attributes, the cards in force and the tier thresholds."""

from billing.models.prices import UNFOUND

# The attributes that decide the price of a kind of message on a day.
AS_RECORDED = """
term AS MATERIALIZED (
    SELECT u.bucket_id AS group_id, u.bucket_id, u.kind_id, u.day, b.allowance, k.account_id, k.provider, k.currency,
        k.market, k.price_category, k.free_reason, k.unrated_reason, k.price_source,
        k.free_reason = '' AND k.unrated_reason = '' AS counted
    FROM (SELECT DISTINCT bucket_id, kind_id, day FROM block_of) u
    JOIN billing_usagekind k ON k.id = u.kind_id
    JOIN billing_bucket b ON b.id = u.bucket_id
), home AS (SELECT b AS group_id, b AS bucket_id FROM unnest(%(buckets)s::bigint[]) b)"""
AS_PROPOSED = """
term AS MATERIALIZED (
    SELECT s.*, s.free_reason = '' AND s.unrated_reason = '' AS counted FROM proposed_term s
), home AS (SELECT group_id, bucket_id FROM proposed_home)"""

# The card of each day: own cards precede general ones, provider's cards precede others, and newer cards older ones. A
# proposed card (`with`) replaces its siblings (`without`); a forced one (`forced`) is in force on every day.
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
IS_DERIVED = f"r.source ~* '^({'|'.join(UNFOUND)})'"
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
        SELECT r.id, r.card_id, r.market, r.category AS price_category, r.above, r.up_to, r.unit_price,
            {IS_DERIVED} AS is_derived
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
