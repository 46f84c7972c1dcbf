"""REST in 8x8's shape: send, batch, details, cancel. 8x8's documentation describes it; see docs/gateway.md."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any, ClassVar, cast

import structlog
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.api import TenantView
from accounts.enums import Permission
from messaging.bell import sending_bell
from messaging.enums import Shape
from messaging.json_parser import StrictJSONParser
from messaging.send_serializers import ErrorAs8x8Serializer, SendSerializer, SentSerializer
from messaging.sending import acceptance
from messaging.sending.eightxeight import Refused, glimpse, read
from messaging.sending.origin import origin_of
from messaging.sending.outcome import Kind, Told
from messaging.sending.senders import Sender, office
from messaging.sending.wanted import Origin, Wanted
from portal.core.errors import answer_as_8x8, envelope_of_8x8

log = structlog.get_logger("tollgate.sending")
SOURCE = "8x8-sync"


def errors_of_8x8(error: Exception, context: dict[str, Any]) -> Response | None:
    """Every error in 8x8's envelope, our own faults as 2000 too."""
    if isinstance(error, Refused):
        return Response(envelope_of_8x8(error.code, error.message), status=error.status)
    answer = answer_as_8x8(error, context)
    if answer is None:
        log.error("request_failed", exc_info=error)
        answer = Response(envelope_of_8x8(2000, "Internal server error"), status=500)
    return answer


class View8x8(TenantView):
    """What the views of 8x8's shape share: its errors, and the subaccount of the path."""

    permission: ClassVar[Permission] = Permission.SEND_MESSAGES
    speaks = "8x8"
    parser_classes = (StrictJSONParser,)

    def get_exception_handler(self) -> Callable[..., Response | None]:
        """8x8's envelope."""
        return errors_of_8x8

    def subaccount(self, code: str) -> int:
        """The open subaccount of that code; refuses one that is another's, closed, or out of the key's reach."""
        found = office(self.account.pk).subaccounts.get(code)
        reach = self.subaccount_ids()
        if found is None or (reach is not None and found[0] not in reach):
            raise Refused(1001, "Provided subAccountId doesn't belong to your account")
        if not found[1]:
            raise Refused(1001, f"Subaccount {code} is closed: nothing can be sent from it.")
        return found[0]

    def sender(self, code: str) -> Sender:
        """The number that sends for a subaccount: its first."""
        numbers = office(self.account.pk).by_subaccount.get(code)
        if not numbers:
            raise Refused(3035, f"Subaccount {code} has no WhatsApp number.")
        return numbers[0]

    @property
    def origin(self) -> Origin:
        """What the headers say of the message's source."""
        return origin_of(self.request.headers, self.key.name)


class SendView(View8x8):
    """Send one message."""

    @extend_schema(
        operation_id="send_message", request=SendSerializer,
        responses={200: SentSerializer, (400, "application/json"): ErrorAs8x8Serializer},
    )  # fmt: skip
    def post(self, request: Request, subaccount_id: str) -> Response:
        """Accept a message: it is stored before this is answered, and sent a moment later or when it is due."""
        now = datetime.now(UTC)
        origin, subaccount_pk = self.origin, self.subaccount(subaccount_id)
        try:
            wanted = read(request.data, self.sender(subaccount_id), origin)
        except Refused as refused:
            numbers = office(self.account.pk).by_subaccount.get(subaccount_id)
            wanted = unread(request.data, origin, numbers[0] if numbers else None)
            acceptance.store(self.account.pk, [(wanted, rejection(refused, now))], at=now, subaccount_id=subaccount_pk)
            sending_bell.ring()
            raise
        acceptance.store(self.account.pk, [(wanted, None)], at=now)
        sending_bell.ring()
        return Response(sent(wanted, now))


def unread(data: Any, origin: Origin, sender: Sender | None) -> Wanted:
    """A refused message as far as it can be read: the log holds those too."""
    return Wanted(shape=Shape.EIGHT_X_EIGHT, request=data, about=glimpse(data, origin), sender=sender)


def rejection(refused: Refused, at: datetime) -> Told:
    """A refusal of ours, as an outcome."""
    return Told(
        kind=Kind.REJECTED, at=at.isoformat(), source=SOURCE, code=refused.code, title=refused.message[:255],
        status=refused.status, body={"code": refused.code, "message": refused.message}, by="tollgate",
    )  # fmt: skip


def sent(wanted: Wanted, at: datetime, refused: Refused | None = None) -> dict[str, Any]:
    """8x8's answer for one message."""
    status: dict[str, Any] = {"state": "rejected" if refused else "queued", "timestamp": moment(at)}
    if refused:
        status |= {"errorCode": refused.code, "errorMessage": refused.message}
    about, user = wanted.about, cast("Any", wanted.request.get("user"))
    answer = {"umid": str(wanted.umid), "user": user if isinstance(user, dict) else {}, "status": status}
    return answer | ({"clientMessageId": about.client_message_id} if about.client_message_id else {})


def moment(at: datetime) -> str:
    """A time as 8x8 writes it."""
    return f"{at:%Y-%m-%dT%H:%M:%S}.{at.microsecond // 10_000:02d}Z"
