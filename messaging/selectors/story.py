"""One message with its whole story."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any
from uuid import UUID

from accounts.models import Account
from messaging.enums import PayloadKind
from messaging.models import InboxItem, Message, MessagePayload, StatusEvent, Submission
from messaging.selectors.log import attach
from messaging.selectors.matching import within
from messaging.story.evidence import part_about

_LIFE = timedelta(days=90)  # statuses come for 30 days; exports and imports may lag


@dataclass(frozen=True)
class Story:
    """One message: what happened to it in order, what was said, and by inbox id what webhooks said of it."""

    message: Message
    events: list[StatusEvent]
    payloads: list[MessagePayload]
    webhooks: dict[int, Any] = field(default_factory=dict)
    answers: list[MessagePayload] = field(default_factory=list)  # of the attempts to send it
    submission: Submission | None = None  # while it is not known how that ends
    has_request: bool = False


def story(
    account: Account, umid: UUID, subaccount_ids: Sequence[int] | None, *, content: bool, numbers: bool = False
) -> Story | None:
    """The message of that UMID if the account has it within these subaccounts.

    Payloads only with `content`; requests and what webhooks said, which hold phone numbers, only with `numbers` too.
    """
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
    told, papers = list(events.order_by("at", "webhook_received_at")), list(payloads.order_by("created_at", "kind"))
    hidden = {PayloadKind.RESPONSE} if numbers else {PayloadKind.RESPONSE, PayloadKind.REQUEST}
    return Story(
        message,
        told,
        [paper for paper in papers if paper.kind not in hidden] if content else [],
        _webhooks(account, message, told) if content and numbers else {},
        [paper for paper in papers if paper.kind == PayloadKind.RESPONSE],
        Submission.objects.filter(account=account, umid=umid).first(),
        any(paper.kind == PayloadKind.REQUEST for paper in papers),
    )


def _webhooks(account: Account, message: Message, events: Sequence[StatusEvent]) -> dict[int, Any]:
    """The part of each webhook that speaks of the message; those that retention took, or that another account keeps
    for a shared address, are missing.
    """
    places = [
        (event.webhook_id, event.webhook_received_at)
        for event in events
        if event.webhook_id and event.webhook_received_at
    ]
    rows = InboxItem.objects.filter(
        account=account, received_at__in=[at for _, at in places], id__in=[pk for pk, _ in places]
    )
    bodies = rows.values_list("id", "body") if places else []
    return {pk: part_about(bytes(body), message.provider_message_id) for pk, body in bodies}
