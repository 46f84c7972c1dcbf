"""The event types of messages: their statuses, and inbound messages."""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from typing import Any

from django.utils.translation import gettext_lazy as _

from accounts.enums import Permission
from events.models import Delivery
from events.types import Content, EventType, NoContent
from messaging.log.enums import PayloadKind
from messaging.log.models import Message, MessagePayload
from providers.eightxeight.inbound_bodies import inbound_body
from providers.eightxeight.statuses import receipt_body
from providers.vocabulary import Direction

Recipient = tuple[int, str]  # account, and the last digits of a number or user id
_TAIL = 8  # digits: providers write some countries' numbers in another way than clients do

unsettled_sources: list[Callable[[Collection[int]], set[Recipient]]] = []
"""The recipients of messages that these accounts are sending, or whose answer is not in the log yet.

A webhook without our reference may arrive before the answer and look like one of a foreign message. Its events wait
until both rows are merged, and then have the UMID that the client knows. messaging.sending registers here.
"""


def recipient(account_id: int, name: str) -> Recipient:
    """A recipient as `unsettled_sources` name it."""
    return account_id, name[-_TAIL:]


def load_messages(deliveries: Sequence[Delivery]) -> Mapping[int, Content | NoContent]:
    """Return the content of each delivery."""
    configured = {each.account_id for each in deliveries if each.subscription.configured}
    # Read before the messages: a message settled by then has one row.
    unsettled = set().union(*(source(configured) for source in unsettled_sources)) if configured else set()
    rows = Message.objects.filter(umid__in={each.subscription.public_id for each in deliveries})
    messages = {message.pk: message for message in rows.select_related("subaccount", "phone_number")}
    texts = _texts(message.pk for message in messages.values() if message.direction == Direction.INBOUND)
    contents: dict[int, Content | NoContent] = {}
    for delivery in deliveries:
        message = messages.get(delivery.event.subject_id)
        if message is None:
            contents[delivery.pk] = NoContent.DELETED
        elif delivery.subscription.configured and _is_unsettled(message, unsettled):
            contents[delivery.pk] = NoContent.LATER
        else:
            contents[delivery.pk] = Content(_data(delivery, message, texts), message.subaccount_id)
    return contents


def _is_unsettled(message: Message, unsettled: Collection[Recipient]) -> bool:
    """Whether it may still prove to be a message that we are sending."""
    if message.source_id is not None or message.direction == Direction.INBOUND:
        return False
    return recipient(message.account_id, message.msisdn or message.user_id) in unsettled


def _texts(message_ids: Iterable[int]) -> dict[int, dict[str, Any]]:
    """Return the contents of inbound messages, in their providers' form."""
    if not (ids := list(message_ids)):
        return {}
    rows = MessagePayload.objects.filter(message_id__in=ids, kind=PayloadKind.CONTENT)
    return {row.message_id: row.body for row in rows}


def _data(delivery: Delivery, message: Message, texts: Mapping[int, Mapping[str, Any]]) -> dict[str, Any]:
    number, event = message.phone_number, delivery.event
    about = {
        "umid": str(delivery.subscription.public_id),
        "provider": message.provider,
        "subaccount_id": message.subaccount.code if message.subaccount else "",
        "channel_id": number.provider_number_id if number else "",
        "msisdn": message.msisdn,
        "user_id": message.user_id,
    }
    if message.direction == Direction.INBOUND:
        at = message.received_at or message.created_at
        return {**about, "at": at.isoformat(), "content": texts.get(message.pk, {})}
    return {
        **about,
        "at": event.at.isoformat(),
        "batch_id": str(delivery.subscription.batch_id or ""),
        "client_batch_id": delivery.subscription.client_batch_id,
        "client_message_id": message.client_message_id,
        "category": message.category,
        **event.payload,
        "error_source": message.error_source,
        "provider_error_code": message.provider_error_code,
    }


_READS = (Permission.VIEW_MESSAGES, Permission.VIEW_NUMBERS, Permission.VIEW_CONTENT)
MESSAGE_STATUS = EventType(
    name="message.status", label=_("Receipts"), subject_type="message", permissions=_READS, load=load_messages,
    formats={"8x8": receipt_body},
)  # fmt: skip
MESSAGE_RECEIVED = EventType(
    name="message.received", label=_("Inbound messages"), subject_type="message", permissions=_READS,
    load=load_messages, formats={"8x8": inbound_body},
)  # fmt: skip
