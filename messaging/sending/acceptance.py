"""Stores send requests in one statement, committed before the client gets its answer."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

import orjson
from django.db import connection

from messaging.log.enums import SubmissionState
from messaging.sending.requests import SendRequest
from messaging.sending.results import AttemptResult
from providers.registry import vendor_of

_STORE = """
INSERT INTO sending_submission (account_id, umid, created_at, shape, provider, subaccount_id, phone_number_id, state,
    is_logged, due_at, expires_at, attempts, request, about, outcome, provider_message_id, batch_id)
SELECT %s, umid, %s, %s, provider, subaccount_id, phone_number_id, state, false, due_at, expires_at, attempts, request,
    about, outcome, '', %s
FROM unnest(%s::uuid[], %s::text[], %s::bigint[], %s::bigint[], %s::text[], %s::timestamptz[], %s::timestamptz[],
    %s::smallint[], %s::jsonb[], %s::jsonb[], %s::jsonb[])
    t (umid, provider, subaccount_id, phone_number_id, state, due_at, expires_at, attempts, request, about, outcome)
"""
# For a single message: unpacking arrays would cost more than the row.
_STORE_ONE = """
INSERT INTO sending_submission (account_id, created_at, shape, batch_id, umid, provider, subaccount_id,
    phone_number_id, state, due_at, expires_at, attempts, request, about, outcome, is_logged, provider_message_id)
VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, false, '')
"""


def store(
    account_id: int,
    entries: Sequence[tuple[SendRequest, AttemptResult | None]],
    *,
    at: datetime,
    subaccount_id: int | None = None,
    lease: datetime | None = None,
) -> None:
    """Store the messages of one request. Those with an outcome are finished and only have to be logged.

    With a `lease` the caller sends them until then, else a worker when they are due. `subaccount_id` is for messages
    without a sender. When this returns they are committed.
    """
    first = entries[0][0]
    rows = [_row(message, outcome, at, subaccount_id, lease) for message, outcome in entries]
    with connection.cursor() as cursor:  # one statement: all or none
        if len(rows) == 1:
            cursor.execute(_STORE_ONE, [account_id, at, str(first.shape), first.batch_id, *rows[0]])
            return
        columns = [list(column) for column in zip(*rows, strict=True)]
        cursor.execute(_STORE, [account_id, at, str(first.shape), first.batch_id, *columns])


def _row(
    message: SendRequest, outcome: AttemptResult | None, at: datetime, subaccount_id: int | None, lease: datetime | None
) -> tuple[Any, ...]:
    sender = message.sender
    state = SubmissionState.ANSWERED if outcome else SubmissionState.SENDING if lease else SubmissionState.QUEUED
    return (
        message.umid, sender.provider if sender else vendor_of(message.shape).name,
        sender.subaccount_id if sender else subaccount_id, sender.phone_number_id if sender else None, str(state),
        lease or message.due_at or at, message.expires_at, 1 if lease else 0, _json(message.request),
        _json(message.about.as_json()), _json(outcome.as_json()) if outcome else None,
    )  # fmt: skip


_ANSWERED = """
UPDATE sending_submission SET state = 'answered', outcome = %s::jsonb WHERE umid = %s AND state = 'sending'
"""


def record(umid: UUID, outcome: AttemptResult) -> None:
    """Store the provider's answer in a statement of its own; settlement logs it later."""
    with connection.cursor() as cursor:
        cursor.execute(_ANSWERED, [_json(outcome.as_json()), umid])


def _json(value: Any) -> str:
    return orjson.dumps(value).decode()
