"""Cancels messages that are not being sent yet."""

from datetime import datetime
from uuid import UUID

from django.db.models import Q, QuerySet

from messaging.log.enums import SubmissionState
from messaging.sending.models import Submission
from messaging.sending.results import AttemptResult, ResultKind


def cancel(
    account_id: int, subaccount_id: int, *, at: datetime, umid: UUID | None = None, batch_id: UUID | None = None
) -> int:
    """Cancel a queued message, or those of a batch. Returns how many; settlement logs them later."""
    selection = Q(umid=umid) if umid else Q(batch_id=batch_id)
    return cancel_all(Submission.objects.filter(selection, account=account_id, subaccount=subaccount_id), at=at)


def cancel_all(rows: QuerySet[Submission], *, at: datetime, by: str = "client") -> int:
    """Cancel the queued ones among the rows. Returns how many; settlement logs them later."""
    outcome = AttemptResult(kind=ResultKind.CANCELLED, at=at.isoformat(), title="Cancelled before it was sent.", by=by)
    queued = rows.filter(state=SubmissionState.QUEUED)
    return int(queued.update(state=SubmissionState.ANSWERED, outcome=outcome.as_json()))


def has_batch(account_id: int, subaccount_id: int, batch_id: UUID) -> bool:
    """Whether a batch has unsettled messages."""
    rows = Submission.objects.filter(account=account_id, subaccount=subaccount_id, batch_id=batch_id)
    return bool(rows.exists())
