"""Posting events, signed, to the addresses that follow a subject and to the accounts' endpoints.

One claims what is due, posts it all at once within a deadline, and writes down how it was answered. The deliveries of
one subscription come one after the other, as they became known, each at least once: a worker that dies leaves a lease.
"""

import time
from collections.abc import Collection, Sequence
from datetime import timedelta
from typing import Any

import structlog
from django.db import connection
from django.db.models import F
from django.utils import timezone

from events.enums import Format
from events.models import Delivery, Endpoint, Event, Subscription
from events.posting import Post, post_all
from events.signing import secret_of
from events.types import Content, EventType, NoContent, event_type

log = structlog.get_logger("tollgate.events")

# After each failed attempt: 8x8's own 1, 10, 30 and 90 seconds, then as long as a deployment takes to be repaired.
PAUSES = (1, 10, 30, 90, 600, 3_600, 21_600)
KEEP = timedelta(days=40)  # statuses come for 30 days
_TOGETHER = 64
_LATER = timedelta(seconds=1)
_LEASE = "60 seconds"
_CLAIM = """
UPDATE events_delivery SET attempts = attempts + 1, due_at = statement_timestamp() + %s::interval WHERE id IN (
    SELECT id FROM events_delivery d WHERE state = 'pending' AND due_at <= statement_timestamp()
    AND NOT EXISTS (SELECT FROM events_delivery o WHERE o.subscription_id = d.subscription_id AND o.state = 'pending'
        AND o.id < d.id)
    ORDER BY due_at, id LIMIT %s FOR UPDATE SKIP LOCKED
) RETURNING id
"""
_SETTLE = """
WITH settled AS (
    UPDATE events_delivery d SET answer = a.answer,
        state = CASE WHEN a.answer LIKE '2%%' THEN 'done' WHEN d.attempts > cardinality(p.pauses) THEN 'failed'
            ELSE d.state END,
        due_at = CASE WHEN a.answer LIKE '2%%' THEN d.due_at
            ELSE coalesce(now() + make_interval(secs => p.pauses[d.attempts]), d.due_at) END
    FROM (SELECT %s::int[] AS pauses) p, unnest(%s::bigint[], %s::text[]) a (id, answer)
    WHERE d.id = a.id RETURNING d.id, d.answer, d.state
)
SELECT id, answer FROM settled WHERE state = 'failed'
"""
_NOTE_ENDPOINTS = """
UPDATE events_endpoint h SET delivered_at = CASE WHEN a.taken THEN now() ELSE h.delivered_at END,
    failed_at = CASE WHEN a.failure IS NULL THEN h.failed_at ELSE now() END, failure = coalesce(a.failure, h.failure)
FROM (
    SELECT id, bool_or(answer LIKE '2%%') AS taken, max(answer) FILTER (WHERE answer NOT LIKE '2%%') AS failure
    FROM unnest(%s::bigint[], %s::text[]) t (id, answer) GROUP BY id
) a WHERE h.id = a.id
"""


class Endpoints:
    """The endpoints of some accounts, read once."""

    def __init__(self, account_ids: Collection[int]) -> None:
        self._known = {
            (each.account_id, each.subaccount_id, each.event_type): each
            for each in Endpoint.objects.filter(account_id__in=account_ids)
        }

    def of(self, account_id: int, subaccount_id: int | None, name: str) -> Endpoint | None:
        """The one for a type: the subaccount's, else that of all; None when there is none, or it is disabled."""
        own = self._known.get((account_id, subaccount_id, name))
        endpoint = own or self._known.get((account_id, None, name))
        return endpoint if endpoint and endpoint.enabled else None


def post_due(seconds: float = 20.0) -> int:
    """Post what is due until nothing is, or the time is over; returns how many. Needs every tenant's scope."""
    end, count = time.monotonic() + seconds, 0
    while time.monotonic() < end:
        claimed = _claim()
        if not claimed:
            break
        posts = _posts(claimed)
        _settle(posts, post_all(posts))
        count += len(posts)
    return count


def forget_old() -> int:
    """Delete subscriptions and events whose subjects get no more reports, with their deliveries."""
    before = timezone.now() - KEEP
    forgotten, _ = Subscription.objects.filter(created_at__lt=before).delete()
    Event.objects.filter(created_at__lt=before, deliveries=None).delete()
    return forgotten


def _claim() -> list[int]:
    with connection.cursor() as cursor:
        cursor.execute(_CLAIM, [_LEASE, _TOGETHER])
        return [pk for (pk,) in cursor.fetchall()]


def _posts(ids: Sequence[int]) -> list[Post]:
    """The requests to make. What is held until later gets its attempt back; what is gone is deleted."""
    rows = Delivery.objects.filter(pk__in=ids).select_related("event", "subscription", "account").order_by("id")
    deliveries = list(rows)
    contents = _contents(deliveries)
    endpoints = Endpoints({each.account_id for each in deliveries if each.subscription.configured})
    posts, later = [], []
    for delivery in deliveries:
        content = contents.get(delivery.pk, NoContent.GONE)
        if content is NoContent.LATER:
            later.append(delivery.pk)
        elif content is NoContent.GONE:
            _forget(delivery)
        elif (post := _post(delivery, content, endpoints)) is not None:
            posts.append(post)
        else:  # its endpoint is gone or off: what waits for it is dropped
            delivery.delete()
    Delivery.objects.filter(pk__in=later).update(due_at=timezone.now() + _LATER, attempts=F("attempts") - 1)
    return posts


def _forget(delivery: Delivery) -> None:
    """Delete everything about a subject that is gone."""
    subject = {"subject_type": delivery.event.subject_type, "subject_id": delivery.event.subject_id}
    for model in (Subscription, Event):
        model.objects.filter(account=delivery.account_id, **subject).delete()


def _contents(deliveries: Sequence[Delivery]) -> dict[int, Content | NoContent]:
    by_type: dict[str, list[Delivery]] = {}
    for delivery in deliveries:
        by_type.setdefault(delivery.event.type, []).append(delivery)
    return {pk: content for name, rows in by_type.items() for pk, content in event_type(name).load(rows).items()}


def _post(delivery: Delivery, content: Content, endpoints: Endpoints) -> Post | None:
    """The request for one delivery; None without an endpoint that wants it."""
    subscription, event = delivery.subscription, delivery.event
    secret, kind = secret_of(delivery.account), event_type(event.type)
    if not subscription.configured:
        return Post(delivery.pk, subscription.url, envelope(Format.EIGHT_X_EIGHT, kind, event, content), secret)
    endpoint = endpoints.of(event.account_id, content.subaccount_id, event.type)
    if endpoint is None:
        return None
    body = envelope(endpoint.format, kind, event, content)
    return Post(delivery.pk, endpoint.url, body, secret, endpoint.authorization, endpoint.pk)


def envelope(form: str, kind: EventType, event: Event, content: Content) -> dict[str, Any]:
    """The body in a format; Standard Webhooks' where the type has none of that format."""
    make = kind.formats.get(form)
    if make is not None:
        return make(content.data)
    return {"type": kind.name, "version": kind.version, "timestamp": event.at.isoformat(), "data": dict(content.data)}


def _settle(posts: Sequence[Post], answers: Sequence[str]) -> None:
    """Write down what the posts came to, and when each endpoint last took one and last did not."""
    with connection.cursor() as cursor:
        cursor.execute(_SETTLE, [list(PAUSES), [post.delivery_id for post in posts], list(answers)])
        for delivery_id, answer in cursor.fetchall():
            log.warning("delivery_given_up", delivery=delivery_id, answer=answer)
        endpoints = sorted(
            (post.endpoint_id, answer)
            for post, answer in zip(posts, answers, strict=True)
            if post.endpoint_id is not None
        )
        if endpoints:
            cursor.execute(_NOTE_ENDPOINTS, [list(column) for column in zip(*endpoints, strict=True)])
