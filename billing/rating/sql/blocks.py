"""Blocks: the messages by hour, day and kind, and how changed facts are recorded, folded in and read."""

HOUR = "floor(extract(epoch FROM {billed_at}) / 3600)::int"


def fingerprint(of: str = "", was: str = "") -> str:
    """An eight-byte hash of a fact and its block. Combined by XOR, hashes distinguish two sets of facts."""
    return f"hash_record_extended(ROW({of}message_key, {was}billed_at, {was}day, {was}kind_id), 0)"


# Records how a statement that ends in RETURN_MOVES, or a deletion in RETURN_REMOVALS, changed the blocks of its facts.
RECORD_MOVES = f"""
moved AS MATERIALIZED (
    SELECT bucket_id, {HOUR.format(billed_at="billed_at")} AS hour, day, kind_id, 1 AS n,
        {fingerprint()} AS fingerprint
    FROM merged WHERE bucket_id IS NOT NULL
    UNION ALL
    SELECT was_bucket_id, {HOUR.format(billed_at="was_billed_at")}, was_day, was_kind_id, -1,
        {fingerprint(was="was_")}
    FROM merged WHERE was_bucket_id IS NOT NULL
),
recorded AS (
    INSERT INTO billing_blockdelta (bucket_id, hour, day, kind_id, n, fingerprint)
    SELECT bucket_id, hour, day, kind_id, sum(n), bit_xor(fingerprint) FROM moved
    GROUP BY 1, 2, 3, 4 HAVING sum(n) <> 0 OR bit_xor(fingerprint) <> 0
)
INSERT INTO billing_dirtybucket (bucket_id) SELECT DISTINCT bucket_id FROM moved
"""
RETURN_MOVES = """RETURNING new.message_key, new.bucket_id, new.billed_at, new.day, new.kind_id,
        old.bucket_id AS was_bucket_id, old.billed_at AS was_billed_at, old.day AS was_day,
        old.kind_id AS was_kind_id"""
RETURN_REMOVALS = RETURN_MOVES.replace("new.message_key", "old.message_key", 1)

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

FOLD = """
WITH folded AS (
    DELETE FROM billing_blockdelta WHERE bucket_id = %(bucket)s RETURNING hour, day, kind_id, n, fingerprint
),
delta AS MATERIALIZED (
    SELECT hour, day, kind_id, sum(n)::bigint AS n, bit_xor(fingerprint) AS fingerprint FROM folded GROUP BY 1, 2, 3
),
updated AS (
    UPDATE billing_usageblock b SET n = b.n + d.n, fingerprint = b.fingerprint # d.fingerprint FROM delta d
    WHERE b.bucket_id = %(bucket)s AND (b.hour, b.day, b.kind_id) = (d.hour, d.day, d.kind_id)
    RETURNING b.hour, b.day, b.kind_id
),
inserted AS (
    INSERT INTO billing_usageblock (bucket_id, hour, day, kind_id, n, fingerprint)
    SELECT %(bucket)s, hour, day, kind_id, n, fingerprint FROM delta d
    WHERE NOT EXISTS (SELECT FROM updated k WHERE (k.hour, k.day, k.kind_id) = (d.hour, d.day, d.kind_id))
)
SELECT EXISTS (SELECT FROM folded)
"""
DROP_EMPTY = "DELETE FROM billing_usageblock WHERE bucket_id = %(bucket)s AND n = 0"
