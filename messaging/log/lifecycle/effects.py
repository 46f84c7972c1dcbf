"""What follows from changed messages: the dashboard's counts change, and billing learns of deliveries."""

from typing import Any

from billing.services import DeliveredMessage, record_usage
from messaging.log.lifecycle.columns import COLUMNS, listed
from messaging.log.lifecycle.sql.tables import SEEN
from messaging.log.models.traffic import DETAILED

COUNTED = {
    column.count.name or column.name: column.count.sql.format(f"v.{column.name}") for column in COLUMNS if column.count
}
"""The columns of the counts, with SQL of their values."""
_COUNT = f"""
INSERT INTO log_trafficdelta (account_id, {listed(DETAILED)}, n)
SELECT account_id, {listed(COUNTED[name] for name in DETAILED)}, sum(v.step)
FROM changed_batch CROSS JOIN LATERAL (
    VALUES ({listed(SEEN)}, 1), ({listed(f"was_{name}" for name in SEEN)}, -1)
) v ({listed(SEEN)}, step)
WHERE v.status IS NOT NULL
GROUP BY {listed(str(place) for place in range(1, len(DETAILED) + 2))} HAVING sum(v.step) <> 0
"""  # noqa: S608 - every name is a constant of this package

_PRICED = ("billed_at", *(column.name for column in COLUMNS if column.billed))
_USAGE = {name: f"d.{name}" for name in ("account_id", *_PRICED)}
# Deliveries that are new, or whose price could be another now.
_SELECT_USAGE = f"""
SELECT {listed(_USAGE.get(name, f"c.{name}") for name in DeliveredMessage._fields)}
FROM changed_batch d JOIN change_batch c USING (message_id)
WHERE d.direction = 'outbound' AND d.billed_at IS NOT NULL
AND ({listed(_PRICED, "d")}) IS DISTINCT FROM ({listed((f"was_{name}" for name in _PRICED), "d")})
ORDER BY c.message_key
"""  # noqa: S608


def record_effects(cursor: Any) -> None:
    """Count what `changed_batch` says has changed, and record the deliveries among it as usage."""
    cursor.execute(_COUNT)
    cursor.execute(_SELECT_USAGE)
    record_usage([DeliveredMessage(*row) for row in cursor.fetchall()])
