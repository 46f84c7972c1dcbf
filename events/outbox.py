"""Writes events in the transaction that causes them, if there is a subscription."""

import json
from collections.abc import Collection, Iterable, Mapping
from datetime import datetime
from typing import Any

from django.db import connection
from django.db.models import Min

from events.models import Endpoint
from events.types import event_type

# Whether the account has an endpoint for the type, and whether a URL is subscribed to the subject.
_RECEIVERS = """
SELECT EXISTS (
    SELECT FROM events_endpoint WHERE account_id = %(account)s AND event_type = %(receivers)s AND enabled
    AND (subaccount_id IS NULL OR subaccount_id = %(subaccount)s)
), EXISTS (
    SELECT FROM events_subscription
    WHERE subject_type = %(subject_type)s AND subject_id = %(subject_id)s AND NOT configured
)
"""
_SUBSCRIBE = """
INSERT INTO events_subscription (
    account_id, subject_type, subject_id, configured, public_id, url, client_batch_id, created_at
) VALUES (%(account)s, %(subject_type)s, %(subject_id)s, true, gen_random_uuid(), '', '', now()) ON CONFLICT DO NOTHING
"""
_EMIT = """
INSERT INTO events_event (account_id, type, subject_type, subject_id, subaccount_id, at, key, payload, created_at)
VALUES (%(account)s, %(type)s, %(subject_type)s, %(subject_id)s, %(subaccount)s, %(at)s, %(key)s, %(payload)s, now())
ON CONFLICT DO NOTHING
"""
_DELIVER = """
INSERT INTO events_delivery (account_id, event_id, subscription_id, state, due_at, attempts, answer)
SELECT e.account_id, e.id, s.id, 'pending', now(), 0, ''
FROM events_event e JOIN events_subscription s USING (subject_type, subject_id)
WHERE (e.subject_type, e.subject_id, e.at, e.type, e.key) =
    (%(subject_type)s, %(subject_id)s, %(at)s, %(type)s, %(key)s) AND (%(configured)s OR NOT s.configured)
ON CONFLICT DO NOTHING
"""


def emit(
    type_name: str,
    *,
    account_id: int,
    subject_id: int,
    at: datetime,
    payload: Mapping[str, Any],
    subaccount_id: int | None = None,
    key: str = "",
) -> None:
    """Write an event and its deliveries into the caller's transaction.

    Nothing is stored without a receiver: an endpoint of the account for the type, or a URL subscribed to the subject.
    Emitting the same event (subject, time, `key`) again changes nothing. Raises KeyError for an unknown type.
    """
    kind = event_type(type_name)
    row: dict[str, Any] = {
        "account": account_id, "type": type_name, "subject_type": kind.subject_type, "receivers": kind.receivers,
        "subject_id": subject_id, "subaccount": subaccount_id, "at": at, "key": key, "payload": json.dumps(payload),
    }  # fmt: skip
    with connection.cursor() as cursor:
        cursor.execute(_RECEIVERS, row)
        row["configured"], subscribed = cursor.fetchone()
        if row["configured"]:
            cursor.execute(_SUBSCRIBE, row)
        if row["configured"] or subscribed:
            cursor.execute(_EMIT, row)
            cursor.execute(_DELIVER, row)


def endpoint_times(account_ids: Collection[int], type_names: Iterable[str]) -> dict[int, datetime]:
    """When the first endpoint for events of any of these types was created, for each account that has one.

    Needs every tenant's scope.
    """
    receivers = {event_type(name).receivers for name in type_names}
    rows = Endpoint.objects.filter(account__in=account_ids, event_type__in=receivers, enabled=True)
    return dict(rows.values_list("account_id").annotate(first=Min("created_at")))
