"""The parts of stored webhooks about one message."""

from collections.abc import Sequence
from typing import Any

from accounts.models import Account
from messaging.inbound.evidence import part_about
from messaging.inbound.models import InboxItem
from messaging.log.models import Message, StatusEvent


def reports_on(account: Account, message: Message, events: Sequence[StatusEvent]) -> dict[int, Any]:
    """The part of each webhook about the message, by webhook id. Webhooks that retention deleted, or that belong to
    another account of a shared address, are missing.
    """
    keys = [
        (event.webhook_id, event.webhook_received_at)
        for event in events
        if event.webhook_id and event.webhook_received_at
    ]
    rows = InboxItem.objects.filter(
        account=account, received_at__in=[at for _, at in keys], id__in=[pk for pk, _ in keys]
    )
    bodies = rows.values_list("id", "body") if keys else []
    return {pk: part_about(bytes(body), message.provider_message_id) for pk, body in bodies}
