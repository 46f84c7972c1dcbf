"""The windows of messages whose provider reports no pricing type (8x8), inferred from what the log received.

Ingest records contacts and marks their persons, nothing more. `infer_windows` then looks at the contacts around the
marks, in one statement, and moves deliveries to the kind of their window. It depends on contacts alone, so the order in
which webhooks arrive does not matter. pricing.py has the same rule as a pure function.
"""

import hashlib
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any, NamedTuple
from uuid import UUID

from django.conf import settings
from django.db import connection, transaction

from billing.accrual import Accruals
from billing.dimension_ids import bucket_ids, columns_of, kind_ids
from billing.enums import ContactRole
from billing.models import UsageKind
from billing.pricing import SERVICE_WINDOW
from billing.rating.placement import facts_of
from billing.rating.sql.blocks import RECORD_MOVES, RETURN_MOVES
from core.locks import session_lock
from core.spellings import standard


class WindowContact(NamedTuple):
    """A contact as messaging passes it to billing: a message, or a call that opens the window.

    `identities` are the person's number in any spelling and user id, as far as known; they are stored as hashes.
    """

    message_key: UUID
    account_id: int
    phone_number_id: int
    identities: Sequence[str]
    at: datetime
    role: ContactRole


# A delivery's role never changes, and a received message may prove to come from an advertisement.
_RECORD = """
WITH changed AS (
    INSERT INTO billing_contact AS c (message_key, account_id, person, at, role)
    SELECT * FROM unnest(%s::uuid[], %s::bigint[], %s::uuid[], %s::timestamptz[], %s::text[])
        AS t (message_key, account_id, person, at, role) ORDER BY message_key, person
    ON CONFLICT (message_key, person) DO UPDATE SET at = LEAST(c.at, EXCLUDED.at), role = LEAST(c.role, EXCLUDED.role)
    WHERE EXCLUDED.at < c.at OR EXCLUDED.role < c.role
    RETURNING new.person, new.at AS first, GREATEST(new.at, old.at) AS last
)
INSERT INTO billing_duecontact (person, at)
SELECT DISTINCT person, unnest(ARRAY[min(first), max(last)]) FROM changed GROUP BY person
"""
# Marks concern the deliveries from the first one until the last window that the last one can open or move has closed.
_INFER = """
WITH due AS (
    DELETE FROM billing_duecontact RETURNING person, at
),
span AS MATERIALIZED (
    SELECT person, min(at) AS first, max(at) + %(service)s + %(free)s AS last FROM due GROUP BY person
),
delivery AS MATERIALIZED (  -- with every identity of its person
    SELECT c.* FROM billing_contact c WHERE c.role = 'delivery' AND c.message_key IN (
        SELECT d.message_key FROM span s JOIN billing_contact d ON d.person = s.person AND d.role = 'delivery'
            AND d.at >= s.first AND d.at < s.last
    )
),
reach AS MATERIALIZED (
    SELECT person, min(at) - %(service)s - %(free)s AS first, max(at) AS last FROM delivery GROUP BY person
),
contact AS MATERIALIZED (
    SELECT c.* FROM reach r JOIN billing_contact c ON c.person = r.person AND c.at > r.first AND c.at <= r.last
),
entry AS MATERIALIZED (  -- the first answer within the service window opens it
    SELECT e.person, min(d.at) AS since FROM contact e JOIN contact d ON d.person = e.person AND d.role = 'delivery'
        AND d.at >= e.at AND d.at < e.at + %(service)s
    WHERE e.role = 'entry' GROUP BY e.person, e.message_key
),
known AS (
    SELECT d.message_key, CASE
        WHEN bool_or(EXISTS (
            SELECT FROM entry e WHERE e.person = d.person AND d.at >= e.since AND d.at < e.since + %(free)s
        )) THEN 'in_entry_point'
        WHEN bool_or(EXISTS (
            SELECT FROM contact r WHERE r.person = d.person AND r.role <> 'delivery' AND d.at >= r.at
                AND d.at < r.at + %(service)s
        )) THEN 'in_customer_service'
        ELSE '' END AS open_window
    FROM delivery d GROUP BY d.message_key
)
SELECT f.kind_id, f.day, k.open_window, array_agg(k.message_key)
FROM known k JOIN billing_usagefact f USING (message_key) JOIN billing_usagekind u ON u.id = f.kind_id
WHERE u.pricing_type = '' AND u.open_window <> k.open_window GROUP BY 1, 2, 3
"""
# A fact that has changed meanwhile has a mark of its own.
_MOVE = f"""
WITH goal AS (
    SELECT * FROM unnest(%s::uuid[], %s::bigint[], %s::bigint[], %s::bigint[])
        AS g (message_key, was_kind, bucket_now, kind_now)
), merged AS (
    UPDATE billing_usagefact f SET bucket_id = g.bucket_now, kind_id = g.kind_now
    FROM goal g WHERE f.message_key = g.message_key AND f.kind_id = g.was_kind
    {RETURN_MOVES}
), {RECORD_MOVES}
"""  # noqa: S608 - every name is a constant


def record_window_contacts(contacts: Sequence[WindowContact]) -> None:
    """Store contacts and mark their persons, in the caller's transaction. Known ones write nothing."""
    if contacts:
        rows = [
            (each.message_key, each.account_id, key, each.at, str(each.role))
            for each in contacts
            for key in {_identity_key(each, identity) for identity in each.identities}
        ]  # fmt: skip
        with connection.cursor() as cursor:
            cursor.execute(_RECORD, columns_of(rows))


def _identity_key(contact: WindowContact, identity: str) -> UUID:
    """A keyed hash, because a plain one of a phone number could be reversed by trying all numbers."""
    text = f"{contact.account_id}:{contact.phone_number_id}:{standard(identity)}".encode()
    secret = hashlib.sha256(settings.SECRET_KEY.encode()).digest()
    return UUID(bytes=hashlib.blake2b(text, digest_size=16, key=secret).digest())


def infer_windows() -> None:
    """Move the marked deliveries to the kinds of their windows. Needs every tenant's scope."""
    with session_lock("billing.windows", 0) as held:
        if held:
            with transaction.atomic(), connection.cursor() as cursor:
                free = timedelta(hours=settings.FREE_ENTRY_HOURS)
                windows: dict[str, Any] = {"service": SERVICE_WINDOW, "free": free}
                cursor.execute(_INFER, windows)
                _move(cursor, cursor.fetchall())


def _move(cursor: Any, rows: Sequence[tuple[Any, ...]]) -> None:
    """Reclassify deliveries, given as rows of kind, day, window and message keys."""
    if not rows:
        return
    kinds = UsageKind.objects.in_bulk({kind_id for kind_id, *_ in rows})
    accruals = Accruals({kind.account_id for kind in kinds.values()})
    targets = [accruals.classify(facts_of(kinds[row[0]])._replace(open_window=row[2]), row[1]) for row in rows]
    buckets, now = bucket_ids({bucket for bucket, _ in targets}), kind_ids({kind for _, kind in targets})
    goals = [
        (key, kind_id, buckets[bucket], now[kind])
        for (kind_id, _, _, keys), (bucket, kind) in zip(rows, targets, strict=True)
        for key in keys
    ]
    cursor.execute(_MOVE, columns_of(goals))
