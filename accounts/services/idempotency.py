"""A POST that is repeated under the same `Idempotency-Key` is carried out once and answered the same each time.

A key is claimed by a row before the view runs, and the answer is written into that row. In between, and after a crash,
nobody can tell whether the first request did its work: a repetition is then refused, never carried out. Of the key,
which may name a person, only its SHA-256 is stored.
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

KEPT_FOR = timedelta(hours=24)
LONGEST = timedelta(minutes=5)  # a request that is still open after this has died with its server
MOST_BYTES = 4 * 1024 * 1024  # of an answer; the one to a batch of 10,000 messages has about half

# A key that is a day old may be taken anew before the cleaning has come by. Nobody waits for the disk: a crash of the
# database can only lose a claim together with all that was written after it, and a lost answer is not repeated.
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
_ANSWER = """
UPDATE accounts_idempotentcall SET is_over = true, status = %s, headers = %s, body = %s
FROM set_config('synchronous_commit', 'off', true) WHERE id = %s
"""


def fingerprint(path: str, body: bytes) -> bytes:
    """What two requests under one key must have in common: the path with its query, and every byte of the body."""
    return hashlib.sha256(path.encode() + b"\0" + body).digest()


def named(idempotency_key: str) -> str:
    """How a key is stored."""
    return hashlib.sha256(idempotency_key.encode()).hexdigest()


def claim(api_key: ApiKey, idempotency_key: str, print_: bytes) -> IdempotentCall:
    """Begin a request under its key, or find the answer of the one before: then `is_over` is set.

    Raises Conflict when the key was used for something else, when the first request is still open, or when
    nobody knows how it ended.
    """
    now, name = timezone.now(), named(idempotency_key)
    with connection.cursor() as cursor:
        cursor.execute(_CLAIM, [api_key.account_id, api_key.pk, name, print_, now, now - KEPT_FOR])
        claimed = cursor.fetchone()
    if claimed:
        return IdempotentCall(pk=claimed[0], account_id=api_key.account_id, started_at=now)
    calls = IdempotentCall.objects.filter(account=api_key.account_id, api_key=api_key.pk)
    before = calls.filter(idempotency_key=name).first()
    if before is None:  # its day ended between the two statements
        return claim(api_key, idempotency_key, print_)
    _check(before, print_)
    return before


def _check(before: IdempotentCall, print_: bytes) -> None:
    if bytes(before.fingerprint) != print_:
        raise Conflict("This Idempotency-Key was used for another request: use a new key for each request.")
    if before.status is not None:
        if before.body is None:
            raise Conflict(
                f"The request was completed with status {before.status}; its response was too large to be stored."
            )
        return
    if not before.is_over and before.started_at > timezone.now() - LONGEST:
        raise Conflict("The first request with this Idempotency-Key is still in progress.", wait=1)
    raise Conflict(
        "The first request with this Idempotency-Key broke off, perhaps after its work was done: "
        "see what became of it before you repeat it under a new key."
    )


def settle(call: IdempotentCall, status: int, headers: dict[str, str], body: bytes) -> None:
    """Keep the answer of a request that has ended, unless it is too large."""
    kept = body if len(body) <= MOST_BYTES else None
    with connection.cursor() as cursor:
        cursor.execute(_ANSWER, [status, json.dumps(headers), kept, call.pk])


def release(call: IdempotentCall) -> None:
    """Free the key of a request that changed nothing and is meant to be repeated."""
    call.delete()


def break_off(call: IdempotentCall) -> None:
    """Say that a request ended in an error that nobody expected."""
    call.is_over = True
    call.save(update_fields=["is_over"])


def delete_expired_calls() -> int:
    """Delete the calls of more than a day ago, in one statement. Returns how many."""
    with every_tenant():
        return IdempotentCall.objects.filter(started_at__lte=timezone.now() - KEPT_FOR).delete()[0]


def erase_responses(account: Account, names: Sequence[str]) -> int:
    """Empty the kept answers that name a person, in digits or by user id; how many. They are still not repeated."""
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE accounts_idempotentcall SET body = NULL WHERE account_id = %s AND EXISTS ("
            "SELECT FROM unnest(%s::bytea[]) name WHERE position(name IN body) > 0)",
            [account.pk, [name.encode() for name in names]],
        )
        return int(cursor.rowcount)
