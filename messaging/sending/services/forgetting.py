"""Deletion of messages and of everything that names a person. The archive calls it, and decides who may and why.

Each function is a small transaction. The sweeps read a stretch of a month and say where the next begins.
"""

from collections import Counter
from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.db.models import Exists, OuterRef, Q, QuerySet

from accounts.models import Account
from core.paging import Cursor
from messaging.inbound.enums import InboxState
from messaging.inbound.models import InboxItem
from messaging.inbound.services.forgetting import forget_messages
from messaging.log.enums import PayloadKind, SubmissionState
from messaging.log.lifecycle.forgetting import AnchorKey
from messaging.log.models import (
    Message,
    MessagePayload,
    StatusEvent,
)
from messaging.log.query import MessageQuery
from messaging.log.selectors.matching import matching
from messaging.log.services.forgetting import Person
from messaging.sending.models import Submission


def forget_umids(account: Account, umids: Sequence[UUID], upto: int) -> Counter[str]:
    """Delete the messages of these UMIDs that are no younger than the id `upto`."""
    rows = Message.objects.filter(account=account, umid__in=umids, id__lte=upto)
    return _forget(account, list(rows.values_list("provider", "provider_message_id", "umid")))


def forget_matching(
    account: Account, query: MessageQuery, upto: int, after: Cursor | None, most: int
) -> tuple[Counter[str], Cursor | None]:
    """Delete the next messages that match, oldest first; also where to go on, None at the end."""
    return _forget_next(account, matching(account, query).filter(id__lte=upto), after, most)


def forget_messages_with(
    account: Account, person: Person, *, upto: int, confirmed_at: datetime, after: Cursor | None, most: int
) -> tuple[Counter[str], Cursor | None]:
    """Delete the next messages with a person: those that existed at the request, or whose webhook or request did."""
    requested = MessagePayload.objects.filter(
        account=account, message_id=OuterRef("id"), kind=PayloadKind.REQUEST, created_at__lte=confirmed_at
    )
    reported = StatusEvent.objects.filter(message_id=OuterRef("id"), webhook_received_at__lte=confirmed_at)
    theirs = Q(msisdn=person.msisdn) | Q(user_id__in=person.user_ids) if person.user_ids else Q(msisdn=person.msisdn)
    rows = Message.objects.filter(theirs, Q(id__lte=upto) | Exists(reported) | Exists(requested), account=account)
    return _forget_next(account, rows, after, most)


def _forget_next(
    account: Account, rows: QuerySet[Message], after: Cursor | None, most: int
) -> tuple[Counter[str], Cursor | None]:
    batch = list(
        (rows.filter(after.newer("created_at")) if after else rows)
        .order_by("created_at", "id")
        .values_list("created_at", "id", "provider", "provider_message_id", "umid")[:most]
    )
    if not batch:
        return Counter(), None
    return _forget(account, [row[2:] for row in batch]), Cursor(*batch[-1][:2])


@transaction.atomic
def _forget(account: Account, messages: Sequence[tuple[str, str, UUID]]) -> Counter[str]:
    """Delete messages by provider, its id and ours. What waits is never sent; what is being sent is left and counted.

    Of what nobody knows whether it was sent, the submission goes as well: should a webhook name it yet, the row that
    counts for it takes that in (see `assign_provider_ids`).
    """
    submissions = Submission.objects.filter(account=account, umid__in=[umid for *_, umid in messages])
    never_sent, _ = submissions.filter(state=SubmissionState.QUEUED).delete()
    submissions.filter(state=SubmissionState.UNCERTAIN).delete()
    on_their_way = set(submissions.values_list("umid", flat=True))  # their end would bring them back
    gone = forget_messages(
        account.pk, [AnchorKey(provider, its_id) for provider, its_id, umid in messages if umid not in on_their_way]
    )
    return gone + Counter(never_sent=never_sent, still_being_sent=len(on_their_way))


def is_settling(account: Account, person: Person, moment: datetime) -> bool:
    """Whether webhooks that had come by then still wait to be read, or what a person was to be sent is on its way into
    the log or to the provider.
    """
    webhooks = InboxItem.objects.filter(account=account, state=InboxState.PENDING, received_at__lte=moment)
    theirs = Q(about__msisdn=person.msisdn) | Q(about__user_id__in=person.user_ids)
    on_their_way = Q(is_logged=False) | Q(state__in=(SubmissionState.SENDING, SubmissionState.ANSWERED))
    sent = Submission.objects.filter(theirs, on_their_way, account=account, created_at__lte=moment)
    return webhooks.exists() or sent.exists()
