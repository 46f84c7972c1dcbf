"""When calls open the customer service window."""

from datetime import datetime

from django.db.models import Max, Q

from messaging.calls.models import Call
from messaging.log.holdings import messages_of
from messaging.log.models import Message
from messaging.log.selectors.circumstances import WINDOW_LOOK_BACK
from messaging.persons.resolution import Person
from providers.vocabulary import Direction


def opened_at(message: Message, person: Person, at: datetime) -> datetime | None:
    """The last time before a moment at which a call opened the window of a person with the message's number.

    A person's call opens it, answered or not, and a call of the business when the person accepts it (Meta, calling
    pricing of 2026-05-21).
    """
    number = Q(phone_number=message.phone_number_id) if message.phone_number_id else Q(subaccount=message.subaccount_id)
    calls = Call.objects.filter(
        messages_of(person), number, account=message.account_id, created_at__range=(at - WINDOW_LOOK_BACK, at)
    )
    last = calls.aggregate(
        inbound=Max("created_at", filter=Q(direction=Direction.INBOUND)),
        outbound=Max("accepted_at", filter=Q(direction=Direction.OUTBOUND, accepted_at__lte=at)),
    )
    return max((moment for moment in last.values() if moment), default=None)
