"""Reads of legs: those of a WhatsApp message, and the WhatsApp message of legs."""

from collections.abc import Sequence

from accounts.principal import Principal
from messaging.legs.models import Leg
from messaging.log.models import Message, MessageAnchor
from messaging.log.selectors.matching import within
from messaging.records.selectors import visible
from providers.registry import VENDORS


def legs_of(message: Message, by: Principal) -> list[Leg]:
    """The legs under the provider's id of a message, of those that the principal sees."""
    sending = VENDORS[message.provider].sending
    if sending is None or not sending.has_other_channels:
        return []
    rows = visible(Leg, by).filter(provider=message.provider, umid=message.provider_message_id)
    return list(rows.order_by("created_at", "pk"))


def whatsapp_messages(legs: Sequence[Leg], subaccount_ids: Sequence[int] | None = None) -> dict[int, Message]:
    """The WhatsApp message that has a leg's UMID, by the id of the leg; of these subaccounts alone, if given."""
    ids = {leg.umid for leg in legs if leg.umid}
    accounts = {leg.account_id for leg in legs}
    if not ids:
        return {}
    anchors = MessageAnchor.objects.filter(
        account_id__in=accounts, provider__in={leg.provider for leg in legs}, provider_message_id__in=ids
    )
    places = list(anchors.values_list("created_at", "message_id"))
    rows = within(
        Message.objects.filter(
            account__in=accounts, created_at__in=[at for at, _ in places], pk__in=[pk for _, pk in places]
        ),
        subaccount_ids,
    )
    messages = {(row.account_id, row.provider, row.provider_message_id): row for row in rows} if places else {}
    keys = {leg.pk: (leg.account_id, leg.provider, leg.umid) for leg in legs}
    return {pk: messages[key] for pk, key in keys.items() if key in messages}
