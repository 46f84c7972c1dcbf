"""The event types of legs: clients get them at the endpoints of receipts and inbound messages, under their channel."""

from collections.abc import Mapping, Sequence
from typing import Any

from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from events.models import Delivery
from events.types import Content, EventType, NoContent
from messaging.legs.models import Leg
from messaging.legs.selectors import whatsapp_messages
from messaging.log.event_types import MESSAGE_RECEIVED, MESSAGE_STATUS
from messaging.log.models import Message
from providers.eightxeight.leg_bodies import inbound_leg_body, leg_receipt_body


def load_legs(deliveries: Sequence[Delivery]) -> Mapping[int, Content | NoContent]:
    """Return the content of each delivery. Erased legs have none."""
    ids = {each.event.subject_id for each in deliveries}
    rows = Leg.objects.filter(Q(pk__in=ids), erased_at=None).select_related("subaccount")
    legs = {leg.pk: leg for leg in rows}
    messages = whatsapp_messages(list(legs.values()))
    contents: dict[int, Content | NoContent] = {}
    for delivery in deliveries:
        leg = legs.get(delivery.event.subject_id)
        contents[delivery.pk] = (
            Content(_data(delivery, leg, messages.get(leg.pk)), leg.subaccount_id) if leg else NoContent.DELETED
        )
    return contents


def _data(delivery: Delivery, leg: Leg, message: Message | None) -> dict[str, Any]:
    """The leg, under the UMID by which the client knows its message."""
    about = {
        "umid": str(message.umid if message else leg.umid), "provider": leg.provider, "channel": leg.channel,
        "subaccount_id": leg.subaccount.code if leg.subaccount else "", "msisdn": leg.msisdn, "user_id": leg.user_id,
        "business_address": leg.business_address, "at": delivery.event.at.isoformat(), "segments": leg.segments,
        "price": None if leg.price is None else str(leg.price.normalize()), "currency": leg.currency,
        "content_type": leg.content_type, "content": leg.content or {},
        "client_message_id": leg.client_message_id or (message.client_message_id if message else ""),
    }  # fmt: skip
    return {**about, **delivery.event.payload, "error_source": leg.error_source}


LEG_STATUS = EventType(
    name="leg.status", label=_("Receipts of other channels"), subject_type="leg",
    permissions=MESSAGE_STATUS.permissions, load=load_legs, formats={"8x8": leg_receipt_body},
    endpoint_type=MESSAGE_STATUS.name,
)  # fmt: skip
LEG_RECEIVED = EventType(
    name="leg.received", label=_("Inbound messages of other channels"), subject_type="leg",
    permissions=MESSAGE_RECEIVED.permissions, load=load_legs, formats={"8x8": inbound_leg_body},
    endpoint_type=MESSAGE_RECEIVED.name,
)  # fmt: skip
