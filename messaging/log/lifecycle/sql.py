"""The statements of lifecycle.py, in the order in which they run.

All rules are least or greatest of something, so they commute: text and ids that should not differ take the greatest
(an empty text is the smallest), times the least, and tuples are compared as text arrays whose first part is a rank.
PostgreSQL 18: `RETURNING old` and `new`.
"""

# State word -> the column that keeps its earliest time.
STATE_COLUMNS = {
    "queued": "queued_at",
    "sent": "sent_at",
    "delivered": "delivered_at",
    "read": "read_at",
    "failed": "failed_at",
    "rejected": "rejected_at",
    "expired": "expired_at",
    "received": "received_at",
}
EVENT_COLUMNS = (
    "account_id", "provider", "provider_message_id", "message_key", "umid", "direction", "state", "at",
    "subaccount_id", "phone_number_id", "waba_id", "msisdn", "user_id", "country", "content_type", "category_rank",
    "category", "pricing_type", "template_id", "client_message_id", "detail", "error_source", "error_code",
    "error_title", "provider_error_code", "webhook_id", "webhook_received_at", "content",
)  # fmt: skip
_KEY = "account_id, provider, provider_message_id"
MERGE_COLUMNS = (
    "subaccount_id", "phone_number_id", "msisdn", "user_id", "country", "content_type", "template_id",
    "client_message_id",
)  # fmt: skip
TIMES = tuple(STATE_COLUMNS.values())

# Emptied here and not at commit: one transaction may apply several batches.
CREATE_TABLES = """
CREATE TEMPORARY TABLE IF NOT EXISTS event_batch (
    account_id bigint, provider text, provider_message_id text, message_key uuid, umid uuid, direction text,
    state text, at timestamptz, subaccount_id bigint, phone_number_id bigint, waba_id bigint, msisdn text,
    user_id text, country text, content_type text, category_rank smallint, category text, pricing_type text,
    template_id bigint, client_message_id text, detail text, error_source text, error_code int, error_title text,
    provider_error_code int, webhook_id bigint, webhook_received_at timestamptz, content jsonb
);
CREATE TEMPORARY TABLE IF NOT EXISTS change_batch (
    account_id bigint, provider text, provider_message_id text, message_key uuid, umid uuid, direction text,
    message_id bigint, known_at timestamptz, created_at timestamptz, subaccount_id bigint, phone_number_id bigint,
    waba_id bigint, msisdn text, user_id text, country text, content_type text, template_id bigint,
    client_message_id text, queued_at timestamptz, sent_at timestamptz, delivered_at timestamptz, read_at timestamptz,
    failed_at timestamptz, rejected_at timestamptz, expired_at timestamptz, received_at timestamptz,
    category_key text[], detail_key text[], error_key text[], proof_id bigint, deleted boolean NOT NULL DEFAULT false
);
CREATE TEMPORARY TABLE IF NOT EXISTS changed_batch (
    message_id bigint, account_id bigint, created_at timestamptz, subaccount_id bigint, phone_number_id bigint,
    direction text, category text, status text, pricing_type text, template_id bigint, country text,
    error_source text, error_code int, billed_at timestamptz, was_created_at timestamptz, was_subaccount_id bigint,
    was_phone_number_id bigint, was_direction text, was_category text, was_status text, was_pricing_type text,
    was_template_id bigint, was_country text, was_error_source text, was_error_code int, was_billed_at timestamptz
);
TRUNCATE event_batch, change_batch, changed_batch;
"""

_REDUCE = f"""
INSERT INTO change_batch (
    {_KEY}, message_key, umid, direction, message_id, created_at, waba_id, {", ".join(MERGE_COLUMNS)},
    {", ".join(TIMES)}, category_key, detail_key, error_key, proof_id
)
SELECT {_KEY}, message_key, umid, max(direction), nextval('log_message_id_seq'), min(at), max(waba_id),
    {", ".join(f"max({column})" for column in MERGE_COLUMNS)},
    {", ".join(f"min(at) FILTER (WHERE state = '{state}')" for state in STATE_COLUMNS)},
    min(ARRAY[category_rank::text, category, pricing_type]),
    max(ARRAY[CASE state WHEN 'read' THEN '6' WHEN 'delivered' THEN '5' WHEN 'failed' THEN '4' WHEN 'rejected' THEN '3'
        WHEN 'sent' THEN '2' ELSE '1' END, detail]) FILTER (WHERE detail <> ''),
    min(ARRAY[error_code::text, error_source, error_title, coalesce(provider_error_code::text, '')])
        FILTER (WHERE error_code IS NOT NULL),
    (array_agg(webhook_id ORDER BY at, webhook_id) FILTER (WHERE state IN ('delivered', 'read')))[1]
FROM event_batch GROUP BY {_KEY}, message_key, umid
"""  # noqa: S608 - every name is a constant of this module

# The key order makes two workers wait for each other instead of deadlocking.
_ANCHOR = f"""
INSERT INTO log_anchor ({_KEY}, message_id, created_at)
SELECT {_KEY}, message_id, created_at FROM change_batch ORDER BY {_KEY} ON CONFLICT DO NOTHING
"""  # noqa: S608

# A statement of its own: only a new snapshot sees the message that another worker committed while we waited above.
_FIND = f"""
UPDATE change_batch c
SET message_id = known.message_id, known_at = known.created_at, created_at = LEAST(c.created_at, known.created_at)
FROM (
    SELECT a.* FROM log_anchor a JOIN change_batch b USING ({_KEY})
    WHERE a.message_id <> b.message_id ORDER BY {_KEY} FOR UPDATE OF a
) known
WHERE (c.account_id, c.provider, c.provider_message_id) =
      (known.account_id, known.provider, known.provider_message_id)
"""  # noqa: S608

# After the anchors: a message that was deleted while we waited for its anchor is known to be so by now. What was
# anchored anew would be known under the provider's id, which may hold a phone number.
_RECOGNISE = """
UPDATE change_batch c SET message_id = d.message_id, known_at = d.created_at,
    created_at = LEAST(c.created_at, d.created_at), deleted = true
FROM log_deleted d WHERE d.message_key = c.message_key
"""
_UNANCHOR = f"""
DELETE FROM log_anchor a USING change_batch c
WHERE c.deleted AND ({", ".join(f"a.{column}" for column in _KEY.split(", "))}) =
      ({", ".join(f"c.{column}" for column in _KEY.split(", "))})
"""  # noqa: S608

_MOVE = """
UPDATE log_anchor a SET created_at = c.created_at FROM change_batch c
WHERE c.created_at < c.known_at AND (a.account_id, a.provider, a.provider_message_id) =
      (c.account_id, c.provider, c.provider_message_id)
"""

# column -> how a known message (m) and a change (c) make its new value.
_MERGE = {
    "created_at": "LEAST(m.created_at, c.created_at)",
    **{column: f"GREATEST(m.{column}, c.{column})" for column in MERGE_COLUMNS},
    **{column: f"LEAST(m.{column}, c.{column})" for column in TIMES},
    "category_rank": "(CATEGORY)[1]::smallint",
    "category": "(CATEGORY)[2]",
    "pricing_type": "(CATEGORY)[3]",
    "detail_rank": "(DETAIL)[1]::smallint",
    "status_detail": "(DETAIL)[2]",
    "error_code": "(ERROR)[1]::int",
    "error_source": "coalesce((ERROR)[2], '')",
    "error_title": "coalesce((ERROR)[3], '')",
    "provider_error_code": "nullif((ERROR)[4], '')::int",
}
_TUPLES = {
    "CATEGORY": ("LEAST(ARRAY[m.category_rank::text, m.category, m.pricing_type], c.category_key)", "c.category_key"),
    "DETAIL": (
        "GREATEST(ARRAY[m.detail_rank::text, m.status_detail], c.detail_key)",
        "coalesce(c.detail_key, ARRAY['0', ''])",
    ),
    "ERROR": (
        """LEAST(CASE WHEN m.error_code IS NOT NULL THEN ARRAY[m.error_code::text, m.error_source::text,
            m.error_title::text, coalesce(m.provider_error_code::text, '')] END, c.error_key)""",
        "c.error_key",
    ),
}


def _expression(column: str, *, known: bool) -> str:
    """SQL for a column of a known message, or of a new one."""
    merged = _MERGE[column]
    for name, (for_known, for_new) in _TUPLES.items():
        merged = merged.replace(name, for_known if known else for_new)
    if known:
        return merged
    return f"c.{column}" if merged.startswith(("LEAST(m.", "GREATEST(m.")) else merged


_SEEN = (
    "{row}.account_id, {row}.created_at, {row}.subaccount_id, {row}.phone_number_id, {row}.direction, {row}.category, "
    "{row}.status, {row}.pricing_type, {row}.template_id, {row}.country, {row}.error_source, {row}.error_code, "
    "LEAST({row}.delivered_at, {row}.read_at)"
)

_INSERT = f"""
WITH made AS (
    INSERT INTO log_message (
        id, account_id, provider, provider_message_id, umid, direction, recipient_type,
        {", ".join(_MERGE)}
    )
    SELECT c.message_id, c.account_id, c.provider, c.provider_message_id, c.umid, c.direction, '',
        {", ".join(_expression(column, known=False) for column in _MERGE)}
    FROM change_batch c WHERE c.known_at IS NULL
    RETURNING id, {_SEEN.format(row="new")}
)
INSERT INTO changed_batch SELECT * FROM made
"""  # noqa: S608

# What of a known message follows from events when it was deleted: all but who it was with, and words that may say so.
_COUNTED = tuple(column for column in _MERGE if column not in {"msisdn", "user_id", "client_message_id", "error_title"})


def _update(table: str, columns: tuple[str, ...], message_id: str, where: str) -> str:
    """The statement that merges changes into known messages of a table and notes what they were before."""
    values = [_expression(column, known=True) for column in columns]
    return f"""
WITH merged AS (
    UPDATE {table} m SET {", ".join(f"{c} = {value}" for c, value in zip(columns, values, strict=True))}
    FROM change_batch c
    WHERE {where}
    AND ({", ".join(f"m.{c}" for c in columns)}) IS DISTINCT FROM ({", ".join(values)})
    RETURNING m.{message_id}, {_SEEN.format(row="new")}, {_SEEN.format(row="old").removeprefix("old.account_id, ")}
)
INSERT INTO changed_batch SELECT * FROM merged
"""  # noqa: S608


UPDATE = _update(
    "log_message", tuple(_MERGE), "id",
    "c.known_at IS NOT NULL AND m.account_id = c.account_id AND m.created_at = c.known_at AND m.id = c.message_id",
)  # fmt: skip
_UPDATE_DELETED = _update(
    "log_deleted", _COUNTED, "message_id", "c.deleted AND m.message_key = c.message_key"
)  # fmt: skip

_HISTORY = f"""
INSERT INTO log_statusevent (
    account_id, message_id, at, state, detail, error_code, error_title, webhook_id, webhook_received_at
)
SELECT e.account_id, c.message_id, e.at, e.state, e.detail, coalesce(e.error_code, 0), e.error_title, e.webhook_id,
    e.webhook_received_at
FROM event_batch e JOIN change_batch c USING ({_KEY}) WHERE NOT c.deleted ORDER BY e.webhook_id
ON CONFLICT DO NOTHING
"""  # noqa: S608

_PAYLOAD = f"""
INSERT INTO log_payload (account_id, message_id, created_at, kind, body)
SELECT e.account_id, c.message_id, c.created_at, 'content', e.content
FROM event_batch e JOIN change_batch c USING ({_KEY}) WHERE e.content IS NOT NULL AND NOT c.deleted
ON CONFLICT DO NOTHING
"""  # noqa: S608

COUNT = """
INSERT INTO log_trafficdelta (
    account_id, slot, subaccount_id, phone_number_id, direction, category, status, free, error_source, error_code,
    country, template_id, n
)
SELECT account_id, date_bin('15 minutes', at, '2020-01-01 00:00+00'), coalesce(v.subaccount, 0),
    coalesce(v.number, 0), v.way, v.cat, v.stat, v.pricing LIKE 'free%', v.whose, coalesce(v.code, 0), v.land,
    coalesce(v.template, 0), sum(v.step)
FROM changed_batch CROSS JOIN LATERAL (
    VALUES (created_at, subaccount_id, phone_number_id, direction, category, status, pricing_type, error_source,
            error_code, country, template_id, 1),
           (was_created_at, was_subaccount_id, was_phone_number_id, was_direction, was_category, was_status,
            was_pricing_type, was_error_source, was_error_code, was_country, was_template_id, -1)
) v (at, subaccount, number, way, cat, stat, pricing, whose, code, land, template, step)
WHERE v.stat IS NOT NULL
GROUP BY 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12 HAVING sum(v.step) <> 0
"""

STATEMENTS = (
    _REDUCE, _ANCHOR, _FIND, _RECOGNISE, _UNANCHOR, _MOVE, _INSERT, UPDATE, _UPDATE_DELETED, _HISTORY, _PAYLOAD,
    COUNT,
)  # fmt: skip
SELECT_DELETED = "SELECT account_id, provider, provider_message_id FROM change_batch WHERE deleted"

# Deliveries that are new, or whose price could be another now.
SELECT_USAGE = """
SELECT c.message_key, d.account_id, c.provider, c.waba_id, d.phone_number_id, d.subaccount_id, d.template_id, d.country,
    d.category, d.pricing_type, d.billed_at, c.proof_id
FROM changed_batch d JOIN change_batch c USING (message_id)
WHERE d.direction = 'outbound' AND d.billed_at IS NOT NULL
AND (d.billed_at, d.category, d.pricing_type, d.country, d.phone_number_id, d.subaccount_id, d.template_id)
    IS DISTINCT FROM (d.was_billed_at, d.was_category, d.was_pricing_type, d.was_country, d.was_phone_number_id,
                      d.was_subaccount_id, d.was_template_id)
ORDER BY c.message_key
"""
