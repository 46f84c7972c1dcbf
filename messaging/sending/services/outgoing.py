"""Changes of where an account's webhooks go, each audited in its transaction; the audit holds no authorization."""

from collections.abc import Sequence

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from accounts.principal import Principal
from events.enums import ReceiptState
from events.models import OutgoingWebhook, Receipt
from messaging.sending.eightxeight.webhooks import HIDDEN, Hook

MOST_AGAIN = 10_000


@transaction.atomic
def configure(hooks: Sequence[Hook], *, by: Principal) -> None:
    """Create these webhooks of the account, or replace those of the same subaccount and kind."""
    for hook in hooks:
        webhook = _named(hook, by).select_for_update().first() or OutgoingWebhook(
            account=by.account, subaccount_id=hook.subaccount_id, kind=hook.kind
        )
        if webhook.url != hook.url:  # what is known of the former address says nothing of this one
            webhook.told_at, webhook.failed_at, webhook.failure = None, None, ""
        webhook.url, webhook.enabled = hook.url, hook.enabled
        if hook.authorization != HIDDEN:
            webhook.authorization = hook.authorization
        webhook.save()
        details = {"subaccount": _code(webhook), "url": hook.url, "enabled": hook.enabled}
        by.record("webhook.configured", hook.kind, details)


@transaction.atomic
def remove(hooks: Sequence[Hook], *, by: Principal) -> None:
    """Delete these webhooks where they exist; what waits to be posted to them is dropped."""
    for hook in hooks:
        for webhook in _named(hook, by).select_related("subaccount"):
            details = {"subaccount": _code(webhook), "url": webhook.url}
            webhook.delete()
            by.record("webhook.deleted", hook.kind, details)


@transaction.atomic
def post_again(*, by: Principal) -> int:
    """Put what was given up of the account back in line, up to `MOST_AGAIN` of them; audited. Returns how many."""
    given_up = Receipt.objects.filter(account=by.account, state=ReceiptState.FAILED).order_by("-id")
    ids = list(given_up.values_list("pk", flat=True)[:MOST_AGAIN])
    rows = Receipt.objects.filter(account=by.account, pk__in=ids, state=ReceiptState.FAILED)
    n = rows.update(state=ReceiptState.PENDING, attempts=0, due_at=timezone.now())
    if n:
        by.record("webhook.posted_again", "", {"count": n})
    return n


def _named(hook: Hook, by: Principal) -> QuerySet[OutgoingWebhook]:
    """The webhook of that subaccount and kind, or none."""
    found = OutgoingWebhook.objects.filter(account=by.account, kind=hook.kind)
    if hook.subaccount_id is None:
        return found.filter(subaccount__isnull=True)
    return found.filter(subaccount_id=hook.subaccount_id)


def _code(webhook: OutgoingWebhook) -> str:
    return webhook.subaccount.code if webhook.subaccount else "*"
