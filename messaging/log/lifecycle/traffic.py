"""Folding the append-only traffic deltas into the counts by slot."""

from collections.abc import Iterable

from django.db import connection, transaction
from django.db.backends.utils import CursorWrapper

from messaging.log.models.traffic import COUNT_KEYS, DETAIL_KEYS, SLOT_KEYS

_SUM = """
    INSERT INTO {table} AS s (account_id, {dimensions}, n)
    SELECT account_id, {dimensions}, sum(n) FROM {source} GROUP BY account_id, {dimensions} HAVING sum(n) <> 0
    ORDER BY account_id, {dimensions} ON CONFLICT (account_id, {dimensions}) DO UPDATE SET n = s.n + EXCLUDED.n
"""
_DAILY = ("zone", "day", *COUNT_KEYS)
_IN_ZONES = f"""(
    SELECT account_id, zone, (slot AT TIME ZONE zone)::date AS day, {", ".join(COUNT_KEYS)}, n
    FROM {{counts}} JOIN {{zones}} USING (account_id)
) c"""  # noqa: S608


def _sum(table: str, dimensions: Iterable[str], source: str) -> str:
    return _SUM.format(table=table, dimensions=", ".join(dimensions), source=source)


# A delta is deleted and counted in one statement, so a reader sees each exactly once.
_FOLD = f"""
WITH deltas AS (
    DELETE FROM log_trafficdelta
    WHERE id IN (SELECT id FROM log_trafficdelta ORDER BY id LIMIT %s)
    RETURNING account_id, {", ".join(DETAIL_KEYS)}, n
), counted AS ({_sum("log_trafficslot", SLOT_KEYS, "deltas")}
), detailed AS ({_sum("log_trafficdetail", DETAIL_KEYS, "deltas")}
), by_day AS ({_sum("log_trafficday", _DAILY, _IN_ZONES.format(counts="deltas", zones="log_trafficzone"))}
)
SELECT count(*) FROM deltas
"""  # noqa: S608 - every name is a constant of this module
# Time zones of accounts and their members that have no daily sums yet.
_NEW_ZONES = """
(SELECT id AS account_id, time_zone FROM accounts_account
UNION SELECT m.account_id, u.time_zone FROM accounts_membership m JOIN accounts_user u ON u.id = m.user_id
    WHERE u.time_zone <> '')
EXCEPT SELECT account_id, zone FROM log_trafficzone
"""
_ADD_ZONES = f"""
WITH added AS (
    INSERT INTO log_trafficzone (account_id, zone)
    SELECT account_id, time_zone FROM ({_NEW_ZONES}) missing
    WHERE time_zone IN (SELECT name FROM pg_timezone_names) RETURNING account_id, zone
)
{_sum("log_trafficday", _DAILY, _IN_ZONES.format(counts="log_trafficslot", zones="added"))}
"""  # noqa: S608
_BATCH = 50_000


def fold() -> int:
    """Fold all deltas and return their number. A lock admits one process; others return at once."""
    total = 0
    while True:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SELECT pg_try_advisory_xact_lock(hashtext('messaging.log.lifecycle.traffic'))")
            if not cursor.fetchone()[0]:
                return total
            _add_zones(cursor)
            cursor.execute(_FOLD, [_BATCH])
            count = int(cursor.fetchone()[0])
        total += count
        if count < _BATCH:
            return total


def _add_zones(cursor: CursorWrapper) -> None:
    """Start daily sums in new time zones, including those of past days."""
    cursor.execute(f"SELECT EXISTS ({_NEW_ZONES} OFFSET 0)")
    if cursor.fetchone()[0]:
        cursor.execute(_ADD_ZONES)
