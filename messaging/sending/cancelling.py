"""Taking back what is not being sent yet."""

from datetime import datetime
from uuid import UUID

from django.db.models import Q, QuerySet

from messaging.log.enums import SubmissionState
from messaging.sending.models import Submission
from messaging.sending.results import AttemptResult, ResultKind


def cancel(
    account_id: int, subaccount_id: int, *, at: datetime, umid: UUID | None = None, batch_id: UUID | None = None
) -> int:
    """Cancel a message, or those of a batch, that still wait; returns how many. The log follows."""
    which = Q(umid=umid) if umid else Q(batch_id=batch_id)
    return cancel_all(Submission.objects.filter(which, account=account_id, subaccount=subaccount_id), at=at)


def cancel_all(rows: QuerySet[Submission], *, at: datetime, by: str = "client") -> int:
    """Cancel those of the rows that still wait; returns how many. The log follows."""
    outcome = AttemptResult(kind=ResultKind.CANCELLED, at=at.isoformat(), title="Cancelled before it was sent.", by=by)
    waiting = rows.filter(state=SubmissionState.QUEUED)
    return int(waiting.update(state=SubmissionState.ANSWERED, outcome=outcome.as_json()))


def has_batch(account_id: int, subaccount_id: int, batch_id: UUID) -> bool:
    """Whether anything of a batch is not over."""
    rows = Submission.objects.filter(account=account_id, subaccount=subaccount_id, batch_id=batch_id)
    return bool(rows.exists())
