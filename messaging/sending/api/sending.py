"""REST in 8x8's shape: send, batch, details, cancel. 8x8's documentation describes it; see docs/gateway.md."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any, ClassVar, cast
from uuid import UUID

import structlog
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.throttling import BaseThrottle

from accounts.api import TenantView
from accounts.enums import Permission
from accounts.models import ApiKey
from accounts.throttling import ApiKeyThrottle
from core.problem_details import envelope_of_8x8, exception_handler_8x8
from messaging.sending import acceptance
from messaging.sending.api.send_serializers import (
    BatchSerializer,
    CancelledSerializer,
    DetailsSerializer,
    SendSerializer,
    SentBatchSerializer,
    SentSerializer,
)
from messaging.sending.cancelling import cancel, has_batch
from messaging.sending.eightxeight import Refusal, read, summarize
from messaging.sending.origin import origin_of
from messaging.sending.requests import Origin, SendRequest
from messaging.sending.results import AttemptResult, ResultKind
from messaging.sending.selectors.messages import MessageDetails, message_of
from messaging.sending.senders import Sender, sender_directory
from messaging.sending.suppressing import find_stops, refusal_of_8x8, source_of
from messaging.sending.wakeup import sending_wakeup
from providers.eightxeight.requests.batch import read_batch
from providers.eightxeight.statuses import moment, status_of
from providers.vocabulary import Shape

log = structlog.get_logger("tollgate.sending")


def errors_of_8x8(error: Exception, context: dict[str, Any]) -> Response | None:
    """Every error in 8x8's envelope, our own faults as 2000 too."""
    if isinstance(error, Refusal):
        return Response(envelope_of_8x8(error.code, error.message), status=error.status)
    answer = exception_handler_8x8(error, context)
    if answer is None:
        log.error("request_failed", exc_info=error)
        answer = Response(envelope_of_8x8(2000, "Internal server error"), status=500)
    return answer


class View8x8(TenantView):
    """The base of the views in 8x8's shape: its errors, and the subaccount of the path."""

    permission: ClassVar[Permission] = Permission.SEND_MESSAGES
    error_format = "8x8"

    def get_exception_handler(self) -> Callable[..., Response | None]:
        """8x8's envelope."""
        return errors_of_8x8

    def subaccount(self, code: str, *, closed: bool = False) -> int:
        """The subaccount of that code; refuses one that is another's, out of the key's reach, or (else) closed."""
        subaccount = sender_directory(self.account.pk).subaccounts.get(code)
        reach = self.principal.subaccount_ids
        if subaccount is None or (reach is not None and subaccount[0] not in reach):
            raise Refusal(1001, "Provided subAccountId doesn't belong to your account")
        if not (subaccount[1] or closed):
            raise Refusal(1001, f"'subAccountId' {code} is closed: send from another, or have it opened again.")
        return subaccount[0]

    def check_account(self, account_id: str) -> None:
        """Refuse an accountId that is not the key's."""
        if account_id.replace("-", "").lower() != self.account.public_id.hex:
            raise Refusal(1300, "Account not found.")

    def sender(self, code: str) -> Sender:
        """The number that sends for a subaccount: its first."""
        numbers = sender_directory(self.account.pk).by_subaccount.get(code)
        if not numbers:
            raise Refusal(3035, f"'subAccountId' {code} has no WhatsApp number: send from one that has.")
        return numbers[0]

    @property
    def origin(self) -> Origin:
        """The message's source as the headers give it."""
        return origin_of(self.request.headers, self.key.name)


class SendView(View8x8):
    """Send one message."""

    @extend_schema(
        operation_id="send_message", request=SendSerializer,
        responses=SentSerializer,
    )  # fmt: skip
    def post(self, request: Request, subaccount_id: str) -> Response:
        """Accept a message. It is stored before the response, and sent a moment later or when it is due."""
        now = datetime.now(UTC)
        origin, subaccount_pk = self.origin, self.subaccount(subaccount_id)
        message: SendRequest | None = None
        try:
            message = read(request.data, self.sender(subaccount_id), origin)
            for stop in find_stops(self.account.pk, [message]).values():
                raise refusal_of_8x8(stop)
        except Refusal as refusal:
            numbers = sender_directory(self.account.pk).by_subaccount.get(subaccount_id)
            refused = message or refused_request(request.data, origin, numbers[0] if numbers else None)
            acceptance.store(self.account.pk, [(refused, rejection(refusal, now))], at=now, subaccount_id=subaccount_pk)
            sending_wakeup.notify()
            raise
        acceptance.store(self.account.pk, [(message, None)], at=now)
        sending_wakeup.notify()
        return Response(sent_body(message, now))


class SendBatchView(View8x8):
    """Send up to 10,000 messages."""

    @extend_schema(
        operation_id="send_messages", request=BatchSerializer,
        responses=SentBatchSerializer,
    )  # fmt: skip
    def post(self, request: Request, subaccount_id: str) -> Response:
        """Accept each valid message and give the reason for the others. All are stored, or none."""
        now = datetime.now(UTC)
        origin, subaccount_pk = self.origin, self.subaccount(subaccount_id)
        sender = self.sender(subaccount_id)
        batch = read_batch(cast("dict[str, Any]", request.data))
        checked: list[tuple[SendRequest, Refusal | None]] = []
        for body in batch.messages:
            try:
                checked.append((read(body, sender, origin, batch.batch_id, batch.client_batch_id), None))
            except Refusal as error:
                refused = refused_request(body, origin, sender, batch.batch_id, batch.client_batch_id)
                checked.append((refused, error))
        for position, stop in find_stops(self.account.pk, [message for message, _ in checked]).items():
            checked[position] = checked[position][0], refusal_of_8x8(stop)
        entries = [(message, rejection(refusal, now) if refusal else None) for message, refusal in checked]
        answers = [sent_body(message, now, refusal) for message, refusal in checked] if batch.with_messages else []
        acceptance.store(self.account.pk, entries, at=now, subaccount_id=subaccount_pk)
        sending_wakeup.notify()
        rejected = sum(outcome is not None for _, outcome in entries)
        answer = {"batchId": str(batch.batch_id), "acceptedCount": len(entries) - rejected, "rejectedCount": rejected}
        if batch.client_batch_id:
            answer["clientBatchId"] = batch.client_batch_id
        return Response(answer | ({"messages": answers} if batch.with_messages else {}))


class DetailsRate(ApiKeyThrottle):
    """8x8's own limit of message details: one request a second for a subaccount, counted per key."""

    def limit(self, key: ApiKey, view: Any) -> tuple[str, int]:
        """One."""
        return f"{key.pk}:details:{view.kwargs['subaccount_id']}", 1


class MessageView8x8(View8x8):
    """One message and its details."""

    def get_throttles(self) -> list[BaseThrottle]:
        """Details have a limit of their own beside the key's."""
        throttles: list[BaseThrottle] = super().get_throttles()
        return [*throttles, DetailsRate()] if self.request.method == "GET" else throttles

    @extend_schema(
        operation_id="get_message_details",
        responses=DetailsSerializer,
    )
    def get(self, request: Request, subaccount_id: str, umid: str) -> Response:
        """Return the state of a message; 404 when the subaccount has none of that UMID.

        As at 8x8, a key can make one request per second in a subaccount; more get a 429. Receipts arrive sooner.
        """
        message = message_of(self.account, self.subaccount(subaccount_id, closed=True), read_uuid(umid, "umid"))
        if message is None:
            raise Refusal(1300, "Message not found.")
        whole_numbers = self.principal.may(Permission.VIEW_NUMBERS)
        return Response({"data": [details_body(message, subaccount_id, whole_numbers=whole_numbers)]})

    @extend_schema(
        operation_id="cancel_message",
        request=None,
        responses={200: CancelledSerializer},
    )
    def delete(self, request: Request, subaccount_id: str, umid: str) -> Response:
        """Cancel a message that is not being sent yet. Returns how many were cancelled."""
        subaccount_pk, message_umid = self.subaccount(subaccount_id, closed=True), read_uuid(umid, "umid")
        n = cancel(self.account.pk, subaccount_pk, at=datetime.now(UTC), umid=message_umid)
        if not n and message_of(self.account, subaccount_pk, message_umid) is None:
            raise Refusal(1300, "Message not found.")
        sending_wakeup.notify()
        return Response({"cancelledCount": n})


class BatchView8x8(View8x8):
    """One batch."""

    @extend_schema(
        operation_id="cancel_messages",
        request=None,
        responses={200: CancelledSerializer},
    )
    def delete(self, request: Request, subaccount_id: str, batch_id: str) -> Response:
        """Cancel all messages of a batch that are not being sent yet. 404 if none is on its way."""
        subaccount_pk, batch_uuid = self.subaccount(subaccount_id, closed=True), read_uuid(batch_id, "batchId")
        n = cancel(self.account.pk, subaccount_pk, at=datetime.now(UTC), batch_id=batch_uuid)
        if not n and not has_batch(self.account.pk, subaccount_pk, batch_uuid):
            raise Refusal(1300, "Batch not found.")
        sending_wakeup.notify()
        return Response({"cancelledCount": n})


def read_uuid(text: str, name: str) -> UUID:
    """Return the id in a path; raises `Refusal`."""
    try:
        return UUID(text)
    except ValueError:
        raise Refusal(1000, f"Invalid {name}.") from None


def refused_request(
    data: Any, origin: Origin, sender: Sender | None, batch_id: UUID | None = None, client_batch_id: str = ""
) -> SendRequest:
    """A refused message as far as it can be read, for the log."""
    request = data if isinstance(data, dict) else {"body": data}
    return SendRequest(
        shape=Shape.EIGHT_X_EIGHT, request=request, about=summarize(data, origin, client_batch_id), sender=sender,
        batch_id=batch_id,
    )  # fmt: skip


def rejection(refusal: Refusal, at: datetime) -> AttemptResult:
    """The outcome of a refused message."""
    return AttemptResult(
        kind=ResultKind.REJECTED, at=at.isoformat(), source=source_of(refusal), code=refusal.code,
        title=refusal.message[:255],
        status=refusal.status, body={"code": refusal.code, "message": refusal.message}, by="tollgate",
    )  # fmt: skip


def sent_body(message: SendRequest, at: datetime, refusal: Refusal | None = None) -> dict[str, Any]:
    """8x8's answer for one message."""
    status: dict[str, Any] = {"state": "rejected" if refusal else "queued", "timestamp": moment(at)}
    if refusal:
        status |= {"errorCode": refusal.code, "errorMessage": refusal.message}
    about, user = message.about, cast("Any", message.request.get("user"))
    answer = {"umid": str(message.umid), "user": user if isinstance(user, dict) else {}, "status": status}
    return answer | ({"clientMessageId": about.client_message_id} if about.client_message_id else {})


def details_body(message: MessageDetails, subaccount_code: str, *, whole_numbers: bool) -> dict[str, Any]:
    """8x8's row of message details; numbers are masked as 8x8 masks them for keys that may not see them whole."""
    number = message.msisdn if whole_numbers or not message.msisdn else f"{message.msisdn[:-4]}xxxx"
    user = {"msisdn": f"+{number}"} if number else {"channelUserId": message.user_id} if message.user_id else {}
    error = message.error_source, message.error_code, message.error_title
    status = status_of(message.status, message.status_detail, message.at, error)
    row = {
        "umid": str(message.umid), "subAccountId": subaccount_code, "channel": "WhatsApp",
        "channelId": message.number.provider_number_id if message.number else "",
        "direction": message.direction.capitalize(), "country": message.country, "status": status, "user": user,
        "contentType": message.content_type.capitalize(), "content": "**MASKED**",
        "createdAt": moment(message.created_at), "step": 1,
    }  # fmt: skip
    named = {"clientMessageId": message.client_message_id, "clientBatchId": message.client_batch_id}
    named["batchId"] = str(message.batch_id) if message.batch_id else ""
    return row | {name: value for name, value in named.items() if value}
