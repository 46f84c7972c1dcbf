"""Storing what clients want sent: one statement, committed before the client gets its answer."""

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
# For one message alone: arrays to take apart would cost more than the row.
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
    """Store messages of one request; those with an outcome are over, and only the log waits for them.

    `lease`: they are being sent by the caller until then, else by a worker when they are due. `subaccount_id` is for
    those that have no sender. When this returns they are committed.
    """
    first = entries[0][0]
    rows = [_row(message, outcome, at, subaccount_id, lease) for message, outcome in entries]
    with connection.cursor() as cursor:  # one statement, so all of them or none
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
    """Write down what the provider answered, at once and in a statement of its own; the log follows."""
    with connection.cursor() as cursor:
        cursor.execute(_ANSWERED, [_json(outcome.as_json()), umid])


def _json(value: Any) -> str:
    return orjson.dumps(value).decode()
