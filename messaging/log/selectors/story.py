"""One message with its statuses and payloads."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any
from uuid import UUID

from accounts.models import Account
from messaging.log.enums import PayloadKind
from messaging.log.models import Message, MessagePayload, StatusEvent
from messaging.log.selectors.log import attach, with_names
from messaging.log.selectors.matching import within

_LIFE = timedelta(days=90)  # statuses come for 30 days; exports and imports may lag


@dataclass(frozen=True)
class Story:
    """One message with its status events in order and its payloads.

    `webhooks` holds their bodies by the id of the stored webhook, if the caller has read them.
    """

    message: Message
    events: list[StatusEvent]
    payloads: list[MessagePayload]
    webhooks: dict[int, Any] = field(default_factory=dict)
    answers: list[MessagePayload] = field(default_factory=list)  # of the attempts to send it
    has_request: bool = False


def story(
    account: Account, umid: UUID, subaccount_ids: Sequence[int] | None, *, content: bool, numbers: bool = False
) -> Story | None:
    """The message of a UMID in these subaccounts of the account.

    Payloads only with `content`; requests, which hold phone numbers, only with `numbers` too; names with `numbers`.
    """
    messages = within(Message.objects.filter(account=account, umid=umid), subaccount_ids)
    message = (with_names(messages) if numbers else messages).order_by("created_at", "id").first()
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
    history, stored = list(events.order_by("at", "webhook_received_at")), list(payloads.order_by("created_at", "kind"))
    hidden = {PayloadKind.RESPONSE} if numbers else {PayloadKind.RESPONSE, PayloadKind.REQUEST}
    return Story(
        message,
        history,
        [payload for payload in stored if payload.kind not in hidden] if content else [],
        answers=[payload for payload in stored if payload.kind == PayloadKind.RESPONSE],
        has_request=any(payload.kind == PayloadKind.REQUEST for payload in stored),
    )
