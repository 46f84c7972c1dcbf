"""Where an account's webhooks go."""

from collections.abc import Collection, Sequence

from django.db.models import QuerySet

from accounts.models import Account
from messaging.enums import Direction, HookKind
from messaging.models import Message, OutgoingWebhook


def outgoing_webhooks(account: Account, subaccount_ids: Sequence[int] | None) -> QuerySet[OutgoingWebhook]:
    """Those of the subaccounts; None: all of the account."""
    found = OutgoingWebhook.objects.filter(account=account).select_related("subaccount").order_by("id")
    return found if subaccount_ids is None else found.filter(subaccount_id__in=subaccount_ids)


class Hooks:
    """The webhooks of some accounts, read once."""

    def __init__(self, account_ids: Collection[int]) -> None:
        self._known = {
            (each.account_id, each.subaccount_id, each.kind): each
            for each in OutgoingWebhook.objects.filter(account_id__in=account_ids)
        }

    def of(self, message: Message) -> OutgoingWebhook | None:
        """Where a message is told: its subaccount's webhook, else that of all; None when there is none, or disabled."""
        kind = HookKind.MSG if message.direction == Direction.INBOUND else HookKind.CADR
        own = self._known.get((message.account_id, message.subaccount_id, kind))
        found = own or self._known.get((message.account_id, None, kind))
        return found if found and found.enabled else None
