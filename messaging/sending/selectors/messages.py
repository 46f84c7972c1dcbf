"""The state of a message for the client that sent it, whether it is in the log yet or not."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from accounts.models import Account
from messaging.log.models import Message, PhoneNumber
from messaging.log.selectors.log import attach
from messaging.sending.models import Submission


@dataclass(frozen=True, slots=True)
class MessageDetails:
    """One message. `status` is the log's; "queued" before the message is logged."""

    umid: UUID
    number: PhoneNumber | None
    direction: str
    country: str
    status: str
    at: datetime
    created_at: datetime
    msisdn: str
    user_id: str
    content_type: str
    client_message_id: str
    status_detail: str = ""
    error_source: str = ""
    error_code: int | None = None
    error_title: str = ""
    client_batch_id: str = ""
    batch_id: UUID | None = None


def message_of(account: Account, subaccount_id: int, umid: UUID) -> MessageDetails | None:
    """The message of a UMID within a subaccount; None when there is none."""
    submissions = Submission.objects.filter(account=account, subaccount=subaccount_id, umid=umid)
    submission = submissions.select_related("phone_number").first()
    message = (
        Message.objects.filter(account=account, subaccount=subaccount_id, umid=umid).order_by("created_at").first()
    )
    about = submission.about if submission else {}
    if message is not None:
        attach(account, [message])
        return MessageDetails(
            umid=message.umid, number=message.phone_number, direction=message.direction, country=message.country,
            status=message.status, at=_status_time(message), created_at=message.created_at, msisdn=message.msisdn,
            user_id=message.user_id, content_type=message.content_type, client_message_id=message.client_message_id,
            status_detail=message.status_detail, error_source=message.error_source, error_code=message.error_code,
            error_title=message.error_title,
            client_batch_id=about.get("client_batch_id", ""), batch_id=submission.batch_id if submission else None,
        )  # fmt: skip
    if submission is None:
        return None
    return MessageDetails(
        umid=submission.umid, number=submission.phone_number, direction="outbound", country="", status="queued",
        at=submission.created_at, created_at=submission.created_at, msisdn=about.get("msisdn", ""),
        user_id=about.get("user_id", ""), content_type=about.get("content_type", ""),
        client_message_id=about.get("client_message_id", ""), client_batch_id=about.get("client_batch_id", ""),
        batch_id=submission.batch_id,
    )  # fmt: skip


def _status_time(message: Message) -> datetime:
    """The time of the message's status."""
    times = (
        message.received_at, message.read_at, message.delivered_at, message.failed_at, message.rejected_at,
        message.expired_at, message.sent_at, message.queued_at,
    )  # fmt: skip
    return next((time for time in times if time is not None), message.created_at)
