"""Folding the append-only traffic deltas into the counts by slot."""

from django.db import connection, transaction

from messaging.models.traffic import COUNTED, DETAILED

_SUM = """
    INSERT INTO {table} AS s (account_id, {dimensions}, n)
    SELECT account_id, {dimensions}, sum(n) FROM taken GROUP BY account_id, {dimensions} HAVING sum(n) <> 0
    ORDER BY account_id, {dimensions} ON CONFLICT (account_id, {dimensions}) DO UPDATE SET n = s.n + EXCLUDED.n
"""
# A delta is deleted and counted in one statement, so a reader sees each exactly once.
_FOLD = f"""
WITH taken AS (
    DELETE FROM messaging_trafficdelta
    WHERE id IN (SELECT id FROM messaging_trafficdelta ORDER BY id LIMIT %s)
    RETURNING account_id, {", ".join(DETAILED)}, n
), counted AS ({_SUM.format(table="messaging_trafficslot", dimensions=", ".join(COUNTED))}
), detailed AS ({_SUM.format(table="messaging_trafficdetail", dimensions=", ".join(DETAILED))}
)
SELECT count(*) FROM taken
"""  # noqa: S608 - every name is a constant of this module
_BATCH = 50_000


def fold() -> int:
    """Fold what is there; returns the deltas folded. One folder at a time, others return at once."""
    folded = 0
    while True:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SELECT pg_try_advisory_xact_lock(hashtext('messaging.traffic'))")
            if not cursor.fetchone()[0]:
                return folded
            cursor.execute(_FOLD, [_BATCH])
            taken = int(cursor.fetchone()[0])
        folded += taken
        if taken < _BATCH:
            return folded
