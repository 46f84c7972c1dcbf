"""The effects of changed messages: new traffic counts, and deliveries recorded for billing."""

from typing import Any

from billing.services import DeliveredMessage, record_usage
from messaging.log.enums import CategoryRank
from messaging.log.lifecycle.columns import COLUMNS, sql_list
from messaging.log.lifecycle.sql.tables import TRACKED
from messaging.log.models.traffic import DETAIL_KEYS

COUNTED = {
    column.count.name or column.name: column.count.sql.format(f"v.{column.name}") for column in COLUMNS if column.count
}
"""The columns of the counts, with SQL of their values."""
_COUNT = f"""
INSERT INTO log_trafficdelta (account_id, {sql_list(DETAIL_KEYS)}, n)
SELECT account_id, {sql_list(COUNTED[name] for name in DETAIL_KEYS)}, sum(v.step)
FROM changed_batch CROSS JOIN LATERAL (
    VALUES ({sql_list(TRACKED)}, 1), ({sql_list(f"was_{name}" for name in TRACKED)}, -1)
) v ({sql_list(TRACKED)}, step)
WHERE v.status IS NOT NULL
GROUP BY {sql_list(str(position) for position in range(1, len(DETAIL_KEYS) + 2))} HAVING sum(v.step) <> 0
"""  # noqa: S608 - every name is a constant of this package

_PRICED = ("billed_at", *(column.name for column in COLUMNS if column.billed))
_USAGE = {name: f"d.{name}" for name in ("account_id", *_PRICED)} | {
    "category_assumed": f"d.category_rank >= {CategoryRank.ASSUMED:d}"
}
# New deliveries, and those whose price may have changed.
_SELECT_USAGE = f"""
SELECT {sql_list(_USAGE.get(name, f"c.{name}") for name in DeliveredMessage._fields)}
FROM changed_batch d JOIN change_batch c USING (message_id)
WHERE d.direction = 'outbound' AND d.group_id = '' AND d.billed_at IS NOT NULL
AND ({sql_list(_PRICED, "d")}) IS DISTINCT FROM ({sql_list((f"was_{name}" for name in _PRICED), "d")})
ORDER BY c.message_key
"""  # noqa: S608


def record_effects(cursor: Any) -> None:
    """Count the changes in `changed_batch`, and record its deliveries as usage."""
    cursor.execute(_COUNT)
    cursor.execute(_SELECT_USAGE)
    record_usage([DeliveredMessage(*row) for row in cursor.fetchall()])
