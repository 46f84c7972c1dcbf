"""The participants of messages to groups."""

from collections.abc import Iterable, Sequence
from uuid import UUID

from django.utils.translation import gettext as _

from accounts.models import Account
from messaging.log.enums import ARRIVED
from messaging.log.models import Message, Participant
from providers.vocabulary import Direction


def is_to_group(message: Message) -> bool:
    """Whether a message went to a group, so that its participants have the charges."""
    return bool(message.group_id) and message.direction == Direction.OUTBOUND


def attach_participants(account: Account, messages: Iterable[Message]) -> None:
    """Load the participants of the messages that went to groups; without any, this queries nothing."""
    by_id = {row.pk: row for row in messages if is_to_group(row)}
    for row in by_id.values():
        row.participants = []
    rows = Participant.objects.filter(account=account, message_id__in=list(by_id)) if by_id else ()
    for participant in sorted(rows, key=lambda one: (one.msisdn or one.user_id, one.participant_key)):
        by_id[participant.message_id].participants.append(participant)


def keys_of(message: Message) -> list[UUID]:
    """The keys of a message's charges: its own, or those of its attached participants."""
    return [one.participant_key for one in message.participants] if is_to_group(message) else [message.message_key]


def reach_words(participants: Sequence[Participant]) -> str:
    """How many participants a message reached: "3 of 5 delivered"; empty before any reported."""
    reached = sum(one.status in ARRIVED for one in participants)
    counts = {"n": reached, "all": len(participants)}
    return _("%(n)d of %(all)d delivered") % counts if participants else ""
