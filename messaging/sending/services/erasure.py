"""Deletion of messages, for the archive, which decides who may delete and why. Each function is a small transaction."""

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
from messaging.inbound.services.erasure import erase_messages
from messaging.log.enums import PayloadKind, SubmissionState
from messaging.log.holdings import messages_of
from messaging.log.lifecycle.erasure import AnchorKey
from messaging.log.models import Message, MessagePayload, StatusEvent
from messaging.log.query import MessageQuery
from messaging.log.selectors.matching import matching
from messaging.log.services.erasure import Person
from messaging.sending.models import Submission


def erase_umids(account: Account, umids: Sequence[UUID], upto: int) -> Counter[str]:
    """Delete the messages of these UMIDs that are no younger than the id `upto`."""
    rows = Message.objects.filter(account=account, umid__in=umids, id__lte=upto)
    return _erase(account, list(rows.values_list("provider", "provider_message_id", "umid")))


def erase_matching(
    account: Account, query: MessageQuery, upto: int, after: Cursor | None, most: int
) -> tuple[Counter[str], Cursor | None]:
    """Delete the next matching messages, oldest first. Also returns the cursor for the next call; None at the end."""
    return _erase_next(account, matching(account, query).filter(id__lte=upto), after, most)


def erase_messages_with(
    account: Account, person: Person, *, upto: int, confirmed_at: datetime, after: Cursor | None, most: int
) -> tuple[Counter[str], Cursor | None]:
    """Delete the next messages with a person that existed at the confirmation, or whose webhook or request did."""
    requested = MessagePayload.objects.filter(
        account=account, message_id=OuterRef("id"), kind=PayloadKind.REQUEST, created_at__lte=confirmed_at
    )
    reported = StatusEvent.objects.filter(message_id=OuterRef("id"), webhook_received_at__lte=confirmed_at)
    of_person = messages_of(person.holdings)
    rows = Message.objects.filter(of_person, Q(id__lte=upto) | Exists(reported) | Exists(requested), account=account)
    return _erase_next(account, rows, after, most)


def _erase_next(
    account: Account, rows: QuerySet[Message], after: Cursor | None, most: int
) -> tuple[Counter[str], Cursor | None]:
    batch = list(
        (rows.filter(after.newer("created_at")) if after else rows)
        .order_by("created_at", "id")
        .values_list("created_at", "id", "provider", "provider_message_id", "umid")[:most]
    )
    if not batch:
        return Counter(), None
    return _erase(account, [row[2:] for row in batch]), Cursor(*batch[-1][:2])


@transaction.atomic
def _erase(account: Account, messages: Sequence[tuple[str, str, UUID]]) -> Counter[str]:
    """Delete messages by provider, provider's id and UMID. Queued ones are never sent; those being sent stay.

    The submission of an uncertain message is deleted too. If a webhook reports it later, its row in log_deleted takes
    the event (see `assign_provider_ids`).
    """
    submissions = Submission.objects.filter(account=account, umid__in=[umid for *_, umid in messages])
    never_sent, _ = submissions.filter(state=SubmissionState.QUEUED).delete()
    submissions.filter(state=SubmissionState.UNCERTAIN).delete()
    being_sent = set(submissions.values_list("umid", flat=True))  # their settlement would log them again
    counts = erase_messages(
        account.pk,
        [AnchorKey(provider, provider_id) for provider, provider_id, umid in messages if umid not in being_sent],
    )
    return counts + Counter(never_sent=never_sent, still_being_sent=len(being_sent))


def is_settling(account: Account, person: Person, moment: datetime) -> bool:
    """Whether webhooks received until then are still pending, or messages to the person are not in the log yet or are
    being sent.
    """
    webhooks = InboxItem.objects.filter(account=account, state=InboxState.PENDING, received_at__lte=moment)
    of_person = Q(about__msisdn__in=person.names) | Q(about__user_id__in=person.ids)
    unsettled = Q(is_logged=False) | Q(state__in=(SubmissionState.SENDING, SubmissionState.ANSWERED))
    submissions = Submission.objects.filter(of_person, unsettled, account=account, created_at__lte=moment)
    return webhooks.exists() or submissions.exists()
