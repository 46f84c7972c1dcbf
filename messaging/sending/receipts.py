"""Posting receipts and inbound messages in 8x8's format, signed, to the addresses that clients named or configured.

One claims what is due, posts it all at once within a deadline, and writes down how it was answered. A message's
receipts come one after the other, as they became known, each at least once: a worker that dies leaves a lease.
"""

import asyncio
import base64
import hmac
import time
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from urllib.parse import urlsplit, urlunsplit

import httpx
import orjson
import structlog
from django.db import connection
from django.db.models import F
from django.utils import timezone

from accounts.models import Account
from core.secrets import derive
from events.models import Callback, Receipt
from messaging.log.enums import PayloadKind, SubmissionState
from messaging.log.models import Message, MessagePayload
from messaging.sending.callback_address import Forbidden, check, resolve
from messaging.sending.inbound_bodies import inbound_body
from messaging.sending.models import Submission
from messaging.sending.receipt_bodies import body_of
from messaging.sending.selectors.outgoing import Hooks
from providers.vocabulary import Direction

log = structlog.get_logger("tollgate.receipts")

# After each failed attempt: 8x8's own 1, 10, 30 and 90 seconds, then as long as a deployment takes to be repaired.
PAUSES = (1, 10, 30, 90, 600, 3_600, 21_600)
DEADLINE = 5.0  # seconds for the whole request, as 8x8 asks of receivers
KEEP = timedelta(days=40)  # statuses come for 30 days
_TOGETHER, _AT_ONE_HOST = 64, 8
_LATER = timedelta(seconds=1)
_TAIL = 8  # digits: providers write some countries' numbers in another way than clients do
_LEASE = "60 seconds"
_CLAIM = """
UPDATE events_receipt SET attempts = attempts + 1, due_at = statement_timestamp() + %s::interval WHERE id IN (
    SELECT id FROM events_receipt r WHERE state = 'pending' AND due_at <= statement_timestamp()
    AND NOT EXISTS (SELECT FROM events_receipt o WHERE o.callback_id = r.callback_id AND o.state = 'pending'
        AND o.id < r.id)
    ORDER BY due_at, id LIMIT %s FOR UPDATE SKIP LOCKED
) RETURNING id
"""
_SETTLE = """
WITH settled AS (
    UPDATE events_receipt r SET answer = a.answer,
        state = CASE WHEN a.answer LIKE '2%%' THEN 'done' WHEN r.attempts > cardinality(p.pauses) THEN 'failed'
            ELSE r.state END,
        due_at = CASE WHEN a.answer LIKE '2%%' THEN r.due_at
            ELSE coalesce(now() + make_interval(secs => p.pauses[r.attempts]), r.due_at) END
    FROM (SELECT %s::int[] AS pauses) p, unnest(%s::bigint[], %s::text[]) a (id, answer)
    WHERE r.id = a.id RETURNING r.id, r.answer, r.state
)
SELECT id, answer FROM settled WHERE state = 'failed'
"""
_REMEMBER = """
UPDATE events_outgoingwebhook h SET told_at = CASE WHEN a.taken THEN now() ELSE h.told_at END,
    failed_at = CASE WHEN a.failure IS NULL THEN h.failed_at ELSE now() END, failure = coalesce(a.failure, h.failure)
FROM (
    SELECT id, bool_or(answer LIKE '2%%') AS taken, max(answer) FILTER (WHERE answer NOT LIKE '2%%') AS failure
    FROM unnest(%s::bigint[], %s::text[]) t (id, answer) GROUP BY id
) a WHERE h.id = a.id
"""


@dataclass(frozen=True, slots=True)
class Post:
    """One request to make."""

    receipt_id: int
    url: str
    body: bytes
    secret: bytes
    authorization: str = ""
    webhook_id: int | None = None  # of a configured webhook


def secret_of(account: Account) -> bytes:
    """What signs the receipts of an account; `manage.py callback_secret` prints it."""
    return derive(f"callbacks:{account.public_id}")


def post_due(seconds: float = 20.0) -> int:
    """Post what is due until nothing is, or the time is over; returns how many. Needs every tenant's scope."""
    end, posted = time.monotonic() + seconds, 0
    while time.monotonic() < end:
        claimed = _claim()
        if not claimed:
            break
        posts = _posts(claimed)
        _settle(posts, asyncio.run(_post_all(posts)))
        posted += len(posts)
    return posted


def forget_callbacks() -> int:
    """Delete callbacks whose messages nobody reports on any more, with their receipts."""
    return int(Callback.objects.filter(created_at__lt=timezone.now() - KEEP).delete()[0])


def _claim() -> list[int]:
    with connection.cursor() as cursor:
        cursor.execute(_CLAIM, [_LEASE, _TOGETHER])
        return [pk for (pk,) in cursor.fetchall()]


def _posts(ids: Sequence[int]) -> list[Post]:
    receipts = list(Receipt.objects.filter(pk__in=ids).select_related("callback", "account").order_by("id"))
    umids = {receipt.callback.umid for receipt in receipts}
    # Before the messages are read: what is settled by now is found as one row.
    unsettled = _unsettled({receipt.account_id for receipt in receipts if receipt.callback.configured})
    rows = Message.objects.filter(umid__in=umids).select_related("subaccount", "phone_number")
    messages = {one.pk: one for one in rows}
    hooks = Hooks({receipt.account_id for receipt in receipts if receipt.callback.configured})
    contents = _contents(one.pk for one in messages.values() if one.direction == Direction.INBOUND)
    found, later = [], []
    for receipt in receipts:
        callback, message = receipt.callback, messages.get(receipt.callback.message_id)
        hook = hooks.of(message) if message and callback.configured else None
        if message is None or (callback.configured and hook is None):  # deleted: nothing of it is told any more
            callback.delete()
            continue
        inbound = message.direction == Direction.INBOUND
        if hook and message.source_id is None and not inbound and (receipt.account_id, _tail(message)) in unsettled:
            later.append(receipt.pk)
            continue
        body = inbound_body(message, contents.get(message.pk, {})) if inbound else body_of(receipt, message)
        where = (hook.url, hook.authorization, hook.pk) if hook else (callback.url, "", None)
        url, authorization, webhook_id = where
        found.append(Post(receipt.pk, url, orjson.dumps(body), secret_of(receipt.account), authorization, webhook_id))
    Receipt.objects.filter(pk__in=later).update(due_at=timezone.now() + _LATER, attempts=F("attempts") - 1)
    return found


def _unsettled(account_ids: Collection[int]) -> set[tuple[int, str]]:
    """Account and recipient of what is being sent, or has an answer that the log does not know yet.

    A webhook without our reference may come before that and seem to tell of a message that is not ours: it is told once
    both are one, under the UMID that the client knows.
    """
    if not account_ids:
        return set()
    open_states = (SubmissionState.SENDING, SubmissionState.ANSWERED)
    rows = Submission.objects.filter(account__in=account_ids, state__in=open_states)
    about = rows.values_list("account_id", "about__msisdn", "about__user_id")
    return {(account_id, (msisdn or user_id or "")[-_TAIL:]) for account_id, msisdn, user_id in about}


def _tail(message: Message) -> str:
    return (message.msisdn or message.user_id)[-_TAIL:]


def _contents(message_ids: Iterable[int]) -> dict[int, dict[str, Any]]:
    """What inbound messages said, as their providers wrote it."""
    if not (wanted := list(message_ids)):
        return {}
    rows = MessagePayload.objects.filter(message_id__in=wanted, kind=PayloadKind.CONTENT)
    return {row.message_id: row.body for row in rows}


def _settle(posts: Sequence[Post], answers: Sequence[str]) -> None:
    """Write down what the posts came to, and when each configured webhook last took one and last did not."""
    with connection.cursor() as cursor:
        cursor.execute(_SETTLE, [list(PAUSES), [post.receipt_id for post in posts], list(answers)])
        for receipt_id, answer in cursor.fetchall():
            log.warning("receipt_given_up", receipt=receipt_id, answer=answer)
        told = sorted(
            (post.webhook_id, answer)
            for post, answer in zip(posts, answers, strict=True)
            if post.webhook_id is not None
        )
        if told:
            cursor.execute(_REMEMBER, [list(column) for column in zip(*told, strict=True)])


async def _post_all(posts: Sequence[Post]) -> list[str]:
    """What each came to: the HTTP status, or the kind of failure."""
    gates: dict[str, asyncio.Semaphore] = {}
    async with httpx.AsyncClient(trust_env=False, timeout=DEADLINE) as client:

        async def one(post: Post) -> str:
            async with gates.setdefault(urlsplit(post.url).netloc, asyncio.Semaphore(_AT_ONE_HOST)):
                return await _post(client, post)

        return await asyncio.gather(*map(one, posts))


async def _post(client: httpx.AsyncClient, post: Post) -> str:
    """Post once, to the very address that was checked; redirects are not followed, and what is answered is not read."""
    if check(post.url):
        return "Forbidden"
    parts = urlsplit(post.url)
    host = parts.hostname or ""
    port = parts.port or (443 if parts.scheme == "https" else 80)
    try:
        async with asyncio.timeout(DEADLINE):
            address = await asyncio.to_thread(resolve, host, port)
            place = f"[{address}]:{port}" if ":" in address else f"{address}:{port}"
            url = urlunsplit((parts.scheme, place, parts.path or "/", parts.query, ""))
            headers = {"Host": parts.netloc, "Content-Type": "application/json", "User-Agent": "Tollgate"}
            headers |= signed(post.receipt_id, post.body, post.secret)
            if post.authorization:
                headers["Authorization"] = post.authorization
            request = client.build_request(
                "POST", url, content=post.body, headers=headers, extensions={"sni_hostname": host}
            )
            response = await client.send(request, stream=True)
            await response.aclose()
            return str(response.status_code)
    except Forbidden:
        return "Forbidden"
    except (TimeoutError, OSError, httpx.HTTPError, httpx.InvalidURL, ValueError) as error:
        return type(error).__name__


def signed(receipt_id: int, body: bytes, secret: bytes) -> dict[str, str]:
    """The headers of Standard Webhooks 1.0: an id that stays when it is posted again, the time, and the signature."""
    webhook_id, at = f"receipt_{receipt_id}", str(int(time.time()))
    mac = hmac.digest(secret, f"{webhook_id}.{at}.".encode() + body, "sha256")
    return {
        "webhook-id": webhook_id,
        "webhook-timestamp": at,
        "webhook-signature": f"v1,{base64.b64encode(mac).decode()}",
    }


def as_text(secret: bytes) -> str:
    """A secret as libraries of Standard Webhooks take it."""
    return f"whsec_{base64.b64encode(secret).decode()}"
