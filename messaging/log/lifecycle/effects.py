"""The effects of changed messages: new traffic counts, and deliveries recorded for billing."""

from typing import Any

from billing.services import DeliveredMessage, record_usage
from billing.windows import WindowContact, record_window_contacts
from messaging.log.enums import CategoryRank
from messaging.log.lifecycle.columns import COLUMNS, sql_list
from messaging.log.lifecycle.sql.tables import TRACKED
from messaging.log.models.traffic import DETAIL_KEYS
from providers.registry import UNTYPED

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

_HAS_UNTYPED = "SELECT EXISTS (SELECT FROM change_batch WHERE provider = ANY(%s))"
# New messages of these providers, and those with an earlier time than before.
_SELECT_CONTACTS = """
SELECT c.message_key, d.account_id, d.phone_number_id,
    array_remove(ARRAY[GREATEST(c.msisdn, m.msisdn), GREATEST(c.user_id, m.user_id)], ''),
    CASE d.direction WHEN 'inbound' THEN d.created_at ELSE d.billed_at END,
    CASE
        WHEN d.direction = 'outbound' THEN 'delivery'
        WHEN EXISTS (
            SELECT FROM event_batch e WHERE e.message_key = c.message_key AND e.content #>> '{referral,ctwa_clid}' <> ''
        ) THEN 'entry'
        ELSE 'message'
    END
FROM changed_batch d JOIN change_batch c USING (message_id)
LEFT JOIN log_message m ON (m.account_id, m.created_at, m.id) = (c.account_id, c.created_at, c.message_id)
WHERE c.provider = ANY(%s) AND d.phone_number_id IS NOT NULL AND d.group_id = '' AND d.pricing_type = ''
AND (c.msisdn <> '' OR c.user_id <> '')
AND (d.direction = 'inbound' OR d.billed_at IS NOT NULL)
"""


def record_effects(cursor: Any) -> None:
    """Count the changes in `changed_batch`, and record its deliveries as usage."""
    cursor.execute(_COUNT)
    cursor.execute(_SELECT_USAGE)
    record_usage([DeliveredMessage(*row) for row in cursor.fetchall()])
    cursor.execute(_HAS_UNTYPED, [UNTYPED])
    if cursor.fetchone()[0]:
        cursor.execute(_SELECT_CONTACTS, [UNTYPED])
        record_window_contacts([WindowContact(*row) for row in cursor.fetchall()])
