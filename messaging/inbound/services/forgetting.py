"""Taking a person out of stored webhooks. Each function is a small transaction."""

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime, time

from django.db import connection, transaction

from accounts.models import Account
from core import partitions
from messaging.inbound.inbox import rewrite
from messaging.inbound.models import InboxItem, WebhookEndpoint
from messaging.log.lifecycle.forgetting import AnchorKey, forget
from messaging.log.models import (
    DeletedMessage,
)
from messaging.log.models.message_key import message_key
from messaging.log.services.forgetting import Person
from providers.events import MessageEvent
from providers.pruning import mask, parsed, prune, without_messages

_STRETCH = 5_000  # webhooks that a sweep reads at once
_WEBHOOKS = """
WITH stretch AS (
    SELECT id, received_at, CASE WHEN position('\\x00'::bytea IN body) > 0 THEN encode(body, 'escape')
        ELSE convert_from(body, 'LATIN1') END ~ %(pattern)s AS hit FROM {table}
    WHERE id > %(after)s AND received_at <= %(until)s AND (account_id = %(account)s OR endpoint_id = ANY(%(endpoints)s))
    ORDER BY id LIMIT %(most)s
)
SELECT max(id), array_agg(id) FILTER (WHERE hit) FROM stretch
"""


@transaction.atomic
def forget_in_webhooks(
    account: Account, person: Person, month: date, after: int, until: datetime
) -> tuple[int, int | None]:
    """Take a person out of the next stored webhooks of a month: how many that were, and after which to go on."""
    table = f"inbound_inbox_{month:%Y_%m}"
    if month not in partitions.months_of("inbound_inbox"):
        return 0, None
    shared = list(WebhookEndpoint.objects.filter(shared_with=account).values_list("pk", flat=True))
    with connection.cursor() as cursor:
        cursor.execute(
            _WEBHOOKS.format(table=table),
            {
                "pattern": person.pattern, "after": after, "until": until, "account": account.pk, "endpoints": shared,
                "most": _STRETCH,
            },
        )  # fmt: skip
        last, ids = cursor.fetchone()
    rows = (
        InboxItem.objects.filter(pk__in=ids or [], received_at__gte=datetime.combine(month, time(), UTC))
        .order_by("pk")
        .select_for_update()
    )
    changed = sum(_forget_in_webhook(account, person, item) for item in rows)
    return changed, last


def _forget_in_webhook(account: Account, person: Person, item: InboxItem) -> bool:
    """Take a person out of one webhook. Of a shared endpoint only what is the account's own."""
    own, body = item.account_id == account.pk, bytes(item.body)

    def is_gone(event: MessageEvent) -> bool:
        return person.is_in(event) and (own or _was_deleted(account, item.provider, event))

    after = prune(body, parsed(item.provider, body), is_gone)
    if after is not None and own:
        after = mask(after, person.names)
    if after == body:
        return False
    rewrite(item.received_at, item.pk, after)
    return True


def _was_deleted(account: Account, provider: str, event: MessageEvent) -> bool:
    key = message_key(account.pk, provider, event.provider_message_id)
    return DeletedMessage.objects.filter(account=account, message_key=key).exists()


_REPORTED = """
SELECT i.received_at, i.id, i.provider, i.body
FROM inbound_inbox i JOIN unnest(%s::timestamptz[], %s::bigint[]) k (received_at, id) USING (received_at, id)
ORDER BY i.received_at, i.id FOR UPDATE OF i
"""


@transaction.atomic
def forget_messages(account_id: int, anchors: Sequence[AnchorKey]) -> Counter[str]:
    """Delete messages from the log, and take them out of the stored webhooks that reported on them.

    Returns how many rows went: messages, payloads, statuses, webhooks (deleted or rewritten).
    """
    forgotten = forget(account_id, anchors)
    counts = Counter(forgotten.counts)
    if counts:
        counts["webhooks"] = _prune_reports(forgotten.reported)
    return counts


def _prune_reports(reported: Mapping[tuple[datetime, int], set[str]]) -> int:
    """Take provider ids out of the webhooks that named them; how many webhooks those were."""
    if not reported:
        return 0
    with connection.cursor() as cursor:
        cursor.execute(_REPORTED, [list(column) for column in zip(*reported, strict=True)])
        rows = cursor.fetchall()
    for received_at, item_id, provider, body in rows:
        gone = reported[received_at, item_id]
        rewrite(received_at, item_id, without_messages(bytes(body), parsed(provider, bytes(body)), gone))
    return len(rows)
