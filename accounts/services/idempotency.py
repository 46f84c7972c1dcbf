"""Idempotent POST requests: one that repeats an `Idempotency-Key` runs once and gets the same response each time.

A row claims the key before the view runs, and later holds the response. In between, and after a crash, it is unknown
whether the first request did its work: a repetition is then refused. Only the SHA-256 of the key is stored, because the
key may name a person.
"""

import hashlib
import json
from collections.abc import Sequence
from datetime import timedelta

from django.db import connection
from django.utils import timezone

from accounts.models import Account, ApiKey, IdempotentCall
from core.errors import Conflict
from core.tenancy import every_tenant

RETENTION = timedelta(hours=24)
MAX_DURATION = timedelta(minutes=5)  # a request still open after this died with its server
MAX_RESPONSE_BYTES = 4 * 1024 * 1024  # the response to a batch of 10,000 messages has about half

# A key that is a day old can be claimed again before the clean-up deletes it. The commit is asynchronous: a crash of
# the database loses a claim only together with everything written after it, and a lost response is not repeated.
_CLAIM = """
INSERT INTO accounts_idempotentcall
    (account_id, api_key_id, idempotency_key, fingerprint, started_at, is_over, status, headers, body)
SELECT %s, %s, %s, %s, %s, false, NULL, '{}', NULL FROM set_config('synchronous_commit', 'off', true)
ON CONFLICT (account_id, api_key_id, idempotency_key) DO UPDATE
SET fingerprint = excluded.fingerprint, started_at = excluded.started_at, is_over = false,
    status = NULL, headers = '{}', body = NULL
WHERE accounts_idempotentcall.started_at <= %s
RETURNING id
"""
_STORE_RESPONSE = """
UPDATE accounts_idempotentcall SET is_over = true, status = %s, headers = %s, body = %s
FROM set_config('synchronous_commit', 'off', true) WHERE id = %s
"""


def fingerprint(path: str, body: bytes) -> bytes:
    """The digest of the path with its query and of the body; requests with the same key must have the same one."""
    return hashlib.sha256(path.encode() + b"\0" + body).digest()


def hash_key(idempotency_key: str) -> str:
    """The key as it is stored."""
    return hashlib.sha256(idempotency_key.encode()).hexdigest()


def claim(api_key: ApiKey, idempotency_key: str, print_: bytes) -> IdempotentCall:
    """Claim the key for a new request, or return the completed call of the first one, with `is_over` set.

    Raises Conflict if the key was used for another request, or the first one is still open or was interrupted.
    """
    now, name = timezone.now(), hash_key(idempotency_key)
    with connection.cursor() as cursor:
        cursor.execute(_CLAIM, [api_key.account_id, api_key.pk, name, print_, now, now - RETENTION])
        claimed = cursor.fetchone()
    if claimed:
        return IdempotentCall(pk=claimed[0], account_id=api_key.account_id, started_at=now)
    calls = IdempotentCall.objects.filter(account=api_key.account_id, api_key=api_key.pk)
    previous = calls.filter(idempotency_key=name).first()
    if previous is None:  # it expired between the two statements
        return claim(api_key, idempotency_key, print_)
    _check(previous, print_)
    return previous


def _check(previous: IdempotentCall, print_: bytes) -> None:
    if bytes(previous.fingerprint) != print_:
        raise Conflict("This Idempotency-Key was used for another request: use a new key for each request.")
    if previous.status is not None:
        if previous.body is None:
            raise Conflict(
                f"The request was completed with status {previous.status}; its response was too large to be stored."
            )
        return
    if not previous.is_over and previous.started_at > timezone.now() - MAX_DURATION:
        raise Conflict("The first request with this Idempotency-Key is still in progress.", wait=1)
    raise Conflict(
        "The first request with this Idempotency-Key broke off, perhaps after its work was done: "
        "see what became of it before you repeat it under a new key."
    )


def store_response(call: IdempotentCall, status: int, headers: dict[str, str], body: bytes) -> None:
    """Store the response of a completed request, without its body if that is too large."""
    stored_body = body if len(body) <= MAX_RESPONSE_BYTES else None
    with connection.cursor() as cursor:
        cursor.execute(_STORE_RESPONSE, [status, json.dumps(headers), stored_body, call.pk])


def release(call: IdempotentCall) -> None:
    """Free the key of a request that changed nothing, so that it can be retried."""
    call.delete()


def mark_interrupted(call: IdempotentCall) -> None:
    """Mark a request that ended in an unexpected error."""
    call.is_over = True
    call.save(update_fields=["is_over"])


def delete_expired_calls() -> int:
    """Delete the calls of more than a day ago, in one statement. Return how many."""
    with every_tenant():
        return IdempotentCall.objects.filter(started_at__lte=timezone.now() - RETENTION).delete()[0]


def erase_responses(account: Account, names: Sequence[str]) -> int:
    """Empty stored responses that contain a phone number or user id of a person. Return how many."""
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE accounts_idempotentcall SET body = NULL WHERE account_id = %s AND EXISTS ("
            "SELECT FROM unnest(%s::bytea[]) name WHERE position(name IN body) > 0)",
            [account.pk, [name.encode() for name in names]],
        )
        return int(cursor.rowcount)
