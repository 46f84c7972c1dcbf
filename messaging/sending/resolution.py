"""People's decisions about a message: send it again, cancel it, or resolve an uncertain one."""

from datetime import UTC, datetime

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.principal import Principal
from core.errors import UserError
from messaging.log.enums import PayloadKind, SubmissionState
from messaging.log.models import Message, MessagePayload, PhoneNumber
from messaging.sending import acceptance, cloud, senders
from messaging.sending.cancelling import cancel
from messaging.sending.eightxeight import read
from messaging.sending.models import Submission
from messaging.sending.requests import Origin, SendRequest
from messaging.sending.results import AttemptResult, ResultKind
from messaging.sending.suppressing import explanation, find_stops
from messaging.sending.wakeup import sending_wakeup
from providers.vocabulary import Direction, Shape

_NOT_REPEATED = ("scheduled", "expiry", "clientMessageId", "dlrCallbackUrl")  # valid for the first message only


@transaction.atomic
def resolve(*, by: Principal, message: Message, was_sent: bool) -> None:
    """Record whether an uncertain message was sent; audited. Raises UserError when it is not uncertain any more."""
    kind = ResultKind.SENT if was_sent else ResultKind.REJECTED
    title = "" if was_sent else "Marked as not sent."
    outcome = AttemptResult(kind=kind, at=datetime.now(UTC).isoformat(), title=title, by=by.name)
    rows = Submission.objects.filter(account=by.account, umid=message.umid, state=SubmissionState.UNCERTAIN)
    if not rows.update(state=SubmissionState.ANSWERED, outcome=outcome.as_json()):
        raise UserError(_("The status of this message is already known."))
    by.record("message.resolved", str(message.umid), {"sent": was_sent})
    transaction.on_commit(sending_wakeup.notify)


@transaction.atomic
def cancel_message(*, by: Principal, message: Message) -> None:
    """Cancel a queued message; audited. Raises UserError when it is not queued any more."""
    if not cancel(by.account.pk, message.subaccount_id or 0, at=datetime.now(UTC), umid=message.umid):
        raise UserError(_("This message is no longer waiting to be sent."))
    by.record("message.cancelled", str(message.umid))
    transaction.on_commit(sending_wakeup.notify)


@transaction.atomic
def send_again(*, by: Principal, message: Message) -> Submission:
    """Send a message's content again as a new message; audited. Raises UserError with the check's text."""
    payload = request_of(message)
    number = PhoneNumber.objects.filter(account=by.account, pk=message.phone_number_id or 0)
    phone_number = number.select_related("subaccount", "account").first()
    if payload is None or phone_number is None:
        raise UserError(_("The content of this message is not on record."))
    sender = senders.sender_of(phone_number)
    if not sender.subaccount_is_active:
        raise UserError(_("Its subaccount is closed."))
    origin = Origin(
        category=message.source.category if message.source else Origin().category,
        name=message.source.name if message.source else "", recipient_type=message.recipient_type,
    )  # fmt: skip
    new = _checked_request(
        {name: value for name, value in payload.body.items() if name not in _NOT_REPEATED}, sender, origin
    )
    for stop in find_stops(by.account.pk, [new]).values():
        raise UserError(explanation(stop))
    acceptance.store(by.account.pk, [(new, None)], at=datetime.now(UTC))
    by.record("message.sent_again", str(message.umid), {"as": str(new.umid)})
    transaction.on_commit(sending_wakeup.notify)
    submission: Submission = Submission.objects.get(account=by.account, umid=new.umid)
    return submission


def request_of(message: Message) -> MessagePayload | None:
    """The stored request of a message sent through the gateway."""
    if message.direction != Direction.OUTBOUND:
        return None
    rows = MessagePayload.objects.filter(
        account=message.account_id, message_id=message.pk, kind=PayloadKind.REQUEST, created_at__gte=message.created_at
    )
    return rows.first()


def _checked_request(body: dict[str, object], sender: senders.Sender, origin: Origin) -> SendRequest:
    """The request, checked as if a client had sent it now."""
    if "messaging_product" in body:
        return cloud.read(body, sender, origin, Shape.GRAPH)
    return read(body, sender, origin)
