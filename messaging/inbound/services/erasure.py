"""Erases persons and messages from stored webhooks. Each function is a small transaction."""

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime, time

from django.db import connection, transaction

from accounts.models import Account
from core import partitions
from messaging.calls.models import Call
from messaging.inbound.inbox import rewrite
from messaging.inbound.models import InboxItem, WebhookEndpoint
from messaging.legs.models import Leg
from messaging.log.lifecycle.erasure import AnchorKey
from messaging.log.lifecycle.erasure import erase_messages as erase_from_log
from messaging.log.models import DeletedMessage, MessageAnchor
from messaging.log.models.message_key import message_key
from messaging.log.services.erasure import Person
from messaging.records.erasure import was_erased
from messaging.records.merge import record_key
from providers.events import CallEvent, LegEvent, MessageEvent
from providers.pruning import PersonalEvent, mask, names_pattern, parsed, prune, without_messages

_BATCH = 5_000  # webhooks that a sweep reads at once
_WEBHOOKS = """
WITH batch AS (
    SELECT id, received_at, CASE WHEN position('\\x00'::bytea IN body) > 0 THEN encode(body, 'escape')
        ELSE convert_from(body, 'LATIN1') END ~ %(pattern)s AS hit FROM {table}
    WHERE id > %(after)s AND received_at <= %(until)s AND (account_id = %(account)s OR endpoint_id = ANY(%(endpoints)s))
    ORDER BY id LIMIT %(most)s
)
SELECT max(id), array_agg(id) FILTER (WHERE hit) FROM batch
"""


@transaction.atomic
def erase_in_webhooks(
    account: Account, person: Person, month: date, after: int, until: datetime
) -> tuple[int, int | None]:
    """Erase a person from the next stored webhooks of a month.

    Returns how many changed, and the id after which the next call continues; None at the end.
    """
    table = f"inbound_inbox_{month:%Y_%m}"
    if month not in partitions.months_of("inbound_inbox"):
        return 0, None
    shared_endpoints = list(WebhookEndpoint.objects.filter(shared_with=account).values_list("pk", flat=True))
    with connection.cursor() as cursor:
        cursor.execute(
            _WEBHOOKS.format(table=table),
            {
                "pattern": person.pattern, "after": after, "until": until, "account": account.pk,
                "endpoints": shared_endpoints, "most": _BATCH,
            },
        )  # fmt: skip
        last, ids = cursor.fetchone()
    rows = (
        InboxItem.objects.filter(pk__in=ids or [], received_at__gte=datetime.combine(month, time(), UTC))
        .order_by("pk")
        .select_for_update()
    )
    changed = sum(_erase_in_webhook(account, person, item) for item in rows)
    return changed, last


def _erase_in_webhook(account: Account, person: Person, item: InboxItem) -> bool:
    """Erase a person from one webhook; from a shared endpoint's only the account's own messages."""
    is_own, body = item.account_id == account.pk, bytes(item.body)

    def is_erased(event: PersonalEvent) -> bool:
        is_about = person.is_in(event, item.received_at)
        return is_about and (is_own or _was_deleted(account, item.provider, event))

    names, report = person.names_at(item.received_at), parsed(item.provider, body)
    if not (report and report.events) and not re.search(names_pattern(names).encode(), body):
        return False  # it names somebody else, who has the number now
    after = prune(body, report, is_erased)
    if after is not None and is_own:
        after = mask(after, names)
    if after == body:
        return False
    rewrite(item.received_at, item.pk, after)
    return True


def _was_deleted(account: Account, provider: str, event: PersonalEvent) -> bool:
    """Whether what an event is about was the account's; a message to a group stays in its log."""
    if isinstance(event, CallEvent):
        return was_erased(Call, record_key(account.pk, provider, event.call_id))
    if isinstance(event, LegEvent):
        return was_erased(Leg, record_key(account.pk, provider, event.channel, event.message.provider_message_id))
    key = message_key(account.pk, provider, event.provider_message_id)
    if isinstance(event, MessageEvent) and event.group_id:
        anchors = MessageAnchor.objects.filter(account_id=account.pk, provider=provider)
        if anchors.filter(provider_message_id=event.provider_message_id).exists():
            return True
    return DeletedMessage.objects.filter(account=account, message_key=key).exists()


_LOCK_WEBHOOKS = """
SELECT i.received_at, i.id, i.provider, i.body
FROM inbound_inbox i JOIN unnest(%s::timestamptz[], %s::bigint[]) k (received_at, id) USING (received_at, id)
ORDER BY i.received_at, i.id FOR UPDATE OF i
"""


@transaction.atomic
def erase_messages(account_id: int, anchors: Sequence[AnchorKey]) -> Counter[str]:
    """Delete messages from the log, and remove them from the stored webhooks that report on them.

    Returns the numbers of deleted messages, payloads and statuses, and of deleted or rewritten webhooks.
    """
    result = erase_from_log(account_id, anchors)
    counts = Counter(result.counts)
    if counts:
        counts["webhooks"] = _prune_webhooks(result.webhooks)
    return counts


def _prune_webhooks(provider_ids: Mapping[tuple[datetime, int], set[str]]) -> int:
    """Remove messages from webhooks, given their ids by webhook. Returns the number of webhooks."""
    if not provider_ids:
        return 0
    with connection.cursor() as cursor:
        cursor.execute(_LOCK_WEBHOOKS, [list(column) for column in zip(*provider_ids, strict=True)])
        rows = cursor.fetchall()
    for received_at, item_id, provider, body in rows:
        erased_ids = provider_ids[received_at, item_id]
        rewrite(received_at, item_id, without_messages(bytes(body), parsed(provider, bytes(body)), erased_ids))
    return len(rows)
