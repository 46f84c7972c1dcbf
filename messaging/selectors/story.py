"""One message with its whole story."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from accounts.models import Account
from messaging.models import Message, MessagePayload, StatusEvent
from messaging.selectors.log import attach
from messaging.selectors.matching import within

_LIFE = timedelta(days=90)  # statuses come for 30 days; exports and imports may lag


@dataclass(frozen=True)
class Story:
    """One message: what happened to it in order, and what was said."""

    message: Message
    events: list[StatusEvent]
    payloads: list[MessagePayload]


def story(account: Account, umid: UUID, subaccount_ids: Sequence[int] | None, *, content: bool) -> Story | None:
    """The message of that UMID if the account has it within these subaccounts; payloads only when asked for."""
    messages = within(Message.objects.filter(account=account, umid=umid), subaccount_ids)
    message = messages.order_by("created_at", "id").first()
    if message is None:
        return None
    attach(account, [message])
    events = StatusEvent.objects.filter(
        account=account, message_id=message.pk, at__range=(message.created_at, message.created_at + _LIFE)
    )
    payloads = MessagePayload.objects.filter(
        account=account,
        message_id=message.pk,
        created_at__range=(message.created_at - timedelta(days=1), message.created_at + _LIFE),
    )
    return Story(
        message,
        list(events.order_by("at", "webhook_received_at")),
        list(payloads.order_by("created_at", "kind")) if content else [],
    )
