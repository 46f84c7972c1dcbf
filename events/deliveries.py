"""Posting events, signed, to the URLs subscribed to a subject and to the accounts' endpoints.

A worker claims due deliveries, posts them concurrently with a deadline, and stores the results. The deliveries of one
subscription are posted one after the other, in the order of their creation, each at least once: the lease of a worker
that died expires.
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

# After each failed attempt: 8x8's own 1, 10, 30 and 90 seconds, then pauses long enough to repair a deployment.
PAUSES = (1, 10, 30, 90, 600, 3_600, 21_600)
RETENTION = timedelta(days=40)  # statuses arrive for 30 days
_BATCH = 64
_RETRY_CONTENT_AFTER = timedelta(seconds=1)
_LEASE = "60 seconds"
_CLAIM = """
UPDATE events_delivery SET attempts = attempts + 1, due_at = statement_timestamp() + %s::interval WHERE id IN (
    SELECT id FROM events_delivery d WHERE state = 'pending' AND due_at <= statement_timestamp()
    AND NOT EXISTS (SELECT FROM events_delivery o WHERE o.subscription_id = d.subscription_id AND o.state = 'pending'
        AND o.id < d.id)
    ORDER BY due_at, id LIMIT %s FOR UPDATE SKIP LOCKED
) RETURNING id
"""
_STORE_RESULTS = """
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
_UPDATE_ENDPOINTS = """
UPDATE events_endpoint h SET delivered_at = CASE WHEN a.accepted THEN now() ELSE h.delivered_at END,
    failed_at = CASE WHEN a.failure IS NULL THEN h.failed_at ELSE now() END, failure = coalesce(a.failure, h.failure)
FROM (
    SELECT id, bool_or(answer LIKE '2%%') AS accepted, max(answer) FILTER (WHERE answer NOT LIKE '2%%') AS failure
    FROM unnest(%s::bigint[], %s::text[]) t (id, answer) GROUP BY id
) a WHERE h.id = a.id
"""


class Endpoints:
    """The endpoints of some accounts, read once."""

    def __init__(self, account_ids: Collection[int]) -> None:
        self._endpoints = {
            (each.account_id, each.subaccount_id, each.event_type): each
            for each in Endpoint.objects.filter(account_id__in=account_ids)
        }

    def of(self, account_id: int, subaccount_id: int | None, name: str) -> Endpoint | None:
        """The endpoint for a type: the subaccount's, else the account's; None if there is none or it is disabled."""
        own = self._endpoints.get((account_id, subaccount_id, name))
        endpoint = own or self._endpoints.get((account_id, None, name))
        return endpoint if endpoint and endpoint.enabled else None


def post_due(seconds: float = 20.0) -> int:
    """Post due deliveries until none are left or the time is up; return the count. Needs every tenant's scope."""
    end, count = time.monotonic() + seconds, 0
    while time.monotonic() < end:
        claimed = _claim()
        if not claimed:
            break
        posts = _posts(claimed)
        _store_results(posts, post_all(posts))
        count += len(posts)
    return count


def delete_expired() -> int:
    """Delete subscriptions and events past their retention, with their deliveries."""
    before = timezone.now() - RETENTION
    deleted, _ = Subscription.objects.filter(created_at__lt=before).delete()
    Event.objects.filter(created_at__lt=before, deliveries=None).delete()
    return deleted


def _claim() -> list[int]:
    with connection.cursor() as cursor:
        cursor.execute(_CLAIM, [_LEASE, _BATCH])
        return [pk for (pk,) in cursor.fetchall()]


def _posts(ids: Sequence[int]) -> list[Post]:
    """The requests to send. A delivery that must wait gets its attempt back; one without a subject is deleted."""
    rows = Delivery.objects.filter(pk__in=ids).select_related("event", "subscription", "account").order_by("id")
    deliveries = list(rows)
    contents = _contents(deliveries)
    endpoints = Endpoints({each.account_id for each in deliveries if each.subscription.configured})
    posts, later = [], []
    for delivery in deliveries:
        content = contents.get(delivery.pk, NoContent.DELETED)
        if content is NoContent.LATER:
            later.append(delivery.pk)
        elif content is NoContent.DELETED:
            _delete_subject(delivery)
        elif (post := _post(delivery, content, endpoints)) is not None:
            posts.append(post)
        else:  # its endpoint was deleted or disabled
            delivery.delete()
    Delivery.objects.filter(pk__in=later).update(
        due_at=timezone.now() + _RETRY_CONTENT_AFTER, attempts=F("attempts") - 1
    )
    return posts


def _delete_subject(delivery: Delivery) -> None:
    """Delete all events and subscriptions of a deleted subject."""
    subject = {"subject_type": delivery.event.subject_type, "subject_id": delivery.event.subject_id}
    for model in (Subscription, Event):
        model.objects.filter(account=delivery.account_id, **subject).delete()


def _contents(deliveries: Sequence[Delivery]) -> dict[int, Content | NoContent]:
    by_type: dict[str, list[Delivery]] = {}
    for delivery in deliveries:
        by_type.setdefault(delivery.event.type, []).append(delivery)
    return {pk: content for name, rows in by_type.items() for pk, content in event_type(name).load(rows).items()}


def _post(delivery: Delivery, content: Content, endpoints: Endpoints) -> Post | None:
    """The request for one delivery; None without an endpoint for it."""
    subscription, event = delivery.subscription, delivery.event
    secret, kind = secret_of(delivery.account), event_type(event.type)
    if not subscription.configured:
        return Post(delivery.pk, subscription.url, envelope(Format.EIGHT_X_EIGHT, kind, event, content), secret)
    endpoint = endpoints.of(event.account_id, content.subaccount_id, kind.receivers)
    if endpoint is None:
        return None
    body = envelope(endpoint.format, kind, event, content)
    return Post(delivery.pk, endpoint.url, body, secret, endpoint.authorization, endpoint.pk)


def envelope(form: str, kind: EventType, event: Event, content: Content) -> dict[str, Any]:
    """The body in a format; in Standard Webhooks' format if the type does not define that one."""
    build = kind.formats.get(form)
    if build is not None:
        return build(content.data)
    return {"type": kind.name, "version": kind.version, "timestamp": event.at.isoformat(), "data": dict(content.data)}


def _store_results(posts: Sequence[Post], answers: Sequence[str]) -> None:
    """Store the results of the posts, and when each endpoint last succeeded and last failed."""
    with connection.cursor() as cursor:
        cursor.execute(_STORE_RESULTS, [list(PAUSES), [post.delivery_id for post in posts], list(answers)])
        for delivery_id, answer in cursor.fetchall():
            log.warning("delivery_given_up", delivery=delivery_id, answer=answer)
        endpoints = sorted(
            (post.endpoint_id, answer)
            for post, answer in zip(posts, answers, strict=True)
            if post.endpoint_id is not None
        )
        if endpoints:
            cursor.execute(_UPDATE_ENDPOINTS, [list(column) for column in zip(*endpoints, strict=True)])
