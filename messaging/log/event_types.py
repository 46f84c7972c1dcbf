"""The event types of messages: their statuses, and inbound messages."""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from django.utils.translation import gettext_lazy as _

from accounts.enums import Permission
from events.models import Delivery, Event
from events.types import Content, EventType, NoContent
from messaging.log.enums import PayloadKind
from messaging.log.lifecycle.reports import Key
from messaging.log.models import Message, MessageAnchor, MessagePayload
from providers.eightxeight.inbound_bodies import echo_body, edit_body, inbound_body, quoted_id
from providers.eightxeight.statuses import receipt_body
from providers.events import EDIT_STATES, EDITED
from providers.vocabulary import ECHO_DETAILS, Direction

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
    texts = _texts(messages.values(), [each.event for each in deliveries])
    quoted = _umids_of_quoted(messages, texts)
    contents: dict[int, Content | NoContent] = {}
    for delivery in deliveries:
        message = messages.get(delivery.event.subject_id)
        if message is None:
            contents[delivery.pk] = NoContent.DELETED
        elif delivery.subscription.configured and _is_unsettled(message, unsettled):
            contents[delivery.pk] = NoContent.LATER
        else:
            contents[delivery.pk] = Content(_data(delivery, message, texts, quoted), message.subaccount_id)
    return contents


def _is_unsettled(message: Message, unsettled: Collection[Recipient]) -> bool:
    """Whether it may still prove to be a message that we are sending."""
    if message.source_id is not None or message.direction == Direction.INBOUND:
        return False
    return recipient(message.account_id, message.msisdn or message.user_id) in unsettled


_Text = tuple[int, datetime | None]  # message, and the time of the edit; None for the content as it came first


def _texts(messages: Iterable[Message], events: Iterable[Event]) -> dict[_Text, dict[str, Any]]:
    """Return the contents of inbound messages, of edits and of messages from the WhatsApp Business app, in their
    providers' form.
    """
    ids = {message.pk for message in messages if message.direction == Direction.INBOUND}
    ids |= {event.subject_id for event in events if event.payload.get("state") == EDITED or _is_echo(event.payload)}
    if not ids:
        return {}
    rows = MessagePayload.objects.filter(message_id__in=ids, kind__in=[PayloadKind.CONTENT, PayloadKind.EDIT])
    return {(row.message_id, row.created_at if row.kind == PayloadKind.EDIT else None): row.body for row in rows}


def _is_echo(data: Mapping[str, Any]) -> bool:
    """Whether an event reports a message of the business that came from the WhatsApp Business app or Meta's agent."""
    return bool(data.get("state") == "sent" and data.get("detail") in ECHO_DETAILS)


def _umids_of_quoted(messages: Mapping[int, Message], texts: Mapping[_Text, Mapping[str, Any]]) -> dict[Key, str]:
    """The UMIDs of the messages to which these contents reply or react, if they are in the log; two queries."""
    keys: set[Key] = set()
    for (pk, _at), body in texts.items():
        if pk in messages and (quoted := quoted_id(body)):
            keys.add((messages[pk].account_id, messages[pk].provider, quoted))
    if not keys:
        return {}
    accounts, providers, ids = (set(column) for column in zip(*keys, strict=True))
    anchors = MessageAnchor.objects.filter(account_id__in=accounts, provider__in=providers, provider_message_id__in=ids)
    by_message = {each.message_id: each for each in anchors}
    rows = Message.objects.filter(
        account__in=accounts, created_at__in={each.created_at for each in by_message.values()}, pk__in=by_message
    )
    umids = {pk: str(umid) for pk, umid in rows.values_list("pk", "umid")}
    return {
        (each.account_id, each.provider, each.provider_message_id): umids[pk]
        for pk, each in by_message.items()
        if pk in umids
    }


def _data(
    delivery: Delivery,
    message: Message,
    texts: Mapping[_Text, Mapping[str, Any]],
    quoted: Mapping[Key, str],
) -> dict[str, Any]:
    number, event = message.phone_number, delivery.event
    state = event.payload.get("state")
    content = texts.get((message.pk, event.at if state == EDITED else None), {})
    about = {
        "umid": str(delivery.subscription.public_id),
        "provider": message.provider,
        "subaccount_id": message.subaccount.code if message.subaccount else "",
        "channel_id": number.provider_number_id if number else "",
        "msisdn": message.msisdn,
        "user_id": message.user_id,
        "reply_to": quoted.get((message.account_id, message.provider, quoted_id(content)), ""),
    }
    if state in EDIT_STATES:
        content = content if state == EDITED else {}
        return {**about, "direction": message.direction, "state": state, "at": event.at.isoformat(), "content": content}
    if message.direction == Direction.INBOUND:
        at = message.received_at or message.created_at
        return {**about, "state": "received", "at": at.isoformat(), "content": content}
    return {
        **about,
        "at": event.at.isoformat(),
        "batch_id": str(delivery.subscription.batch_id or ""),
        "client_batch_id": delivery.subscription.client_batch_id,
        "client_message_id": message.client_message_id,
        "category": message.category,
        **({"content": content} if _is_echo(event.payload) else {}),
        **event.payload,
        "error_source": message.error_source,
        "provider_error_code": message.provider_error_code,
    }


def _receipt(data: Mapping[str, Any]) -> dict[str, Any]:
    if _is_echo(data):
        return echo_body(data)
    return edit_body(data) if data["state"] in EDIT_STATES else receipt_body(data)


def _inbound(data: Mapping[str, Any]) -> dict[str, Any]:
    return edit_body(data) if data["state"] in EDIT_STATES else inbound_body(data)


_READS = (Permission.VIEW_MESSAGES, Permission.VIEW_NUMBERS, Permission.VIEW_CONTENT)
MESSAGE_STATUS = EventType(
    name="message.status", label=_("Receipts"), subject_type="message", permissions=_READS, load=load_messages,
    formats={"8x8": _receipt},
)  # fmt: skip
MESSAGE_RECEIVED = EventType(
    name="message.received", label=_("Inbound messages"), subject_type="message", permissions=_READS,
    load=load_messages, formats={"8x8": _inbound},
)  # fmt: skip
