"""Where an account's webhooks go."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from django.db.models import QuerySet
from django.utils import timezone

from accounts.models import Account
from accounts.principal import Principal
from core.counting import count_up_to, up_to
from events.enums import HookKind, ReceiptState
from events.models import OutgoingWebhook, Receipt
from messaging.log.models import Message
from providers.vocabulary import Direction

_MOST_ROWS = 20


def outgoing_webhooks(by: Principal) -> QuerySet[OutgoingWebhook]:
    """Those within reach."""
    return by.within(OutgoingWebhook.objects.filter(account=by.account).select_related("subaccount").order_by("id"))


@dataclass(frozen=True, slots=True)
class Backlog:
    """What is not told at a moment: counts up to `MOST_COUNTED` + 1, and the newest rows of them."""

    waiting: int
    given_up: int
    rows: list[Receipt]
    at: datetime

    @property
    def waiting_words(self) -> str:
        """As people read it: 1,000+."""
        return up_to(self.waiting)

    @property
    def given_up_words(self) -> str:
        """As people read it: 1,000+."""
        return up_to(self.given_up)


def backlog(account: Account) -> Backlog:
    """The receipts and inbound messages of an account that wait to be posted, or were given up."""
    receipts = Receipt.objects.filter(account=account)
    waiting, given_up = (receipts.filter(state=state) for state in (ReceiptState.PENDING, ReceiptState.FAILED))
    rows = receipts.filter(state__in=(ReceiptState.PENDING, ReceiptState.FAILED)).select_related("callback")
    return Backlog(
        count_up_to(waiting),
        count_up_to(given_up),
        list(rows.order_by("-id")[:_MOST_ROWS]),
        timezone.now(),
    )


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
