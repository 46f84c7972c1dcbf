"""Queries of submissions: uncertain ones, those in flight, and that of one message."""

from collections.abc import Collection, Sequence
from uuid import UUID

from accounts.models import Account
from core.counting import COUNT_LIMIT, count_up_to
from messaging.log.enums import SubmissionState
from messaging.log.event_types import Recipient, recipient
from messaging.sending.models import Submission


def count_uncertain(account_ids: Sequence[int], subaccount_ids: Sequence[int] | None = None) -> int:
    """The number of uncertain messages, of these subaccounts or all; counted up to `COUNT_LIMIT` + 1."""
    rows = Submission.objects.filter(account__in=account_ids, state=SubmissionState.UNCERTAIN)
    return count_up_to(rows if subaccount_ids is None else rows.filter(subaccount__in=subaccount_ids), COUNT_LIMIT)


_MAX_FILTERED = 1_000  # the newest


def umids_in(account: Account, state: str) -> list[UUID]:
    """The UMIDs of the newest submissions in a state: a filter of the log."""
    rows = Submission.objects.filter(account=account, state=state).order_by("-id")
    return list(rows.values_list("umid", flat=True)[:_MAX_FILTERED])


def submission_of(account: Account, umid: UUID) -> Submission | None:
    """The submission of a message that is not settled yet."""
    return Submission.objects.filter(account=account, umid=umid).first()


def recipients_in_flight(account_ids: Collection[int]) -> set[Recipient]:
    """The recipients of messages that are being sent or whose result is not logged yet."""
    open_states = (SubmissionState.SENDING, SubmissionState.ANSWERED)
    rows = Submission.objects.filter(account__in=account_ids, state__in=open_states)
    about = rows.values_list("account_id", "about__msisdn", "about__user_id")
    return {recipient(account_id, msisdn or user_id or "") for account_id, msisdn, user_id in about}
