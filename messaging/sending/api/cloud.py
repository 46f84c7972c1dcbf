"""REST in the shapes of Meta's Cloud API and of 360dialog: sending, and marking as read.

The bodies are those of the providers; their documentation describes them, not our schema.
"""

import secrets
from collections.abc import Callable
from typing import Any, ClassVar, cast

import structlog
from django.http import Http404
from drf_spectacular.utils import extend_schema
from rest_framework.exceptions import PermissionDenied, Throttled, ValidationError
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.api import TenantView
from accounts.enums import Permission
from messaging.log.api.health import D360Authentication, check_version, d360_errors, graph_errors
from messaging.sending import cloud
from messaging.sending.direct import send_now, store_refused
from messaging.sending.eightxeight import Refusal
from messaging.sending.origin import origin_of
from messaging.sending.requests import Origin, SendRequest
from messaging.sending.routes import NoRoute, connection, sending
from messaging.sending.senders import Sender, sender_directory
from messaging.sending.suppressing import check_meta
from providers.meta.refusals import MetaRefusal
from providers.meta.requests import is_mark
from providers.outcomes import Accepted, Outcome, Rejected, Unreached
from providers.registry import sending_of, vendor_of
from providers.vocabulary import Shape

log = structlog.get_logger("tollgate.sending")
UMID_HEADER = "Tollgate-UMID"


def meta_error(refusal: MetaRefusal) -> Response:
    """An error in Graph's shape."""
    body = {
        "message": f"(#{refusal.code}) {refusal.title}", "type": "OAuthException", "code": refusal.code,
        "error_data": {"messaging_product": "whatsapp", "details": refusal.message},
        "fbtrace_id": secrets.token_urlsafe(8),
    }  # fmt: skip
    return Response({"error": body}, status=refusal.status)


def _errors(error: Exception, context: dict[str, Any], handler: Callable[..., Response | None]) -> Response | None:
    if isinstance(error, MetaRefusal):
        return meta_error(error)
    if isinstance(error, Throttled):
        return meta_error(MetaRefusal(130429, str(error.detail)))
    answer = handler(error, context)
    if answer is None:
        log.error("request_failed", exc_info=error)
        answer = meta_error(MetaRefusal(131000, "Something went wrong in Tollgate: see its log for details."))
    return answer


def cloud_errors(error: Exception, context: dict[str, Any]) -> Response | None:
    """Every error in Graph's shape."""
    return _errors(error, context, graph_errors)


def dialog360_errors(error: Exception, context: dict[str, Any]) -> Response | None:
    """Errors of messages in Graph's shape, and of keys and requests in 360dialog's own."""
    return _errors(error, context, d360_errors)


class CloudView(TenantView):
    """The base of both shapes: sends from a number and returns the provider's answer."""

    permission: ClassVar[Permission] = Permission.SEND_MESSAGES
    shape: ClassVar[Shape]

    def senders(self) -> list[Sender]:
        """The numbers of the account that the key reaches and whose providers take the Cloud API's form."""
        reach = self.principal.subaccount_ids
        senders = sender_directory(self.account.pk).by_number_id.values()
        return [
            sender for sender in senders
            if _takes_cloud_form(sender) and (reach is None or sender.subaccount_id in reach)
        ]  # fmt: skip

    def send(self, request: Request, sender: Sender) -> Response:
        """Send a message, or mark one as read; the provider's answer."""
        if not sender.subaccount_is_active:
            raise PermissionDenied(f"Subaccount {sender.subaccount_code} is closed: nothing can be sent from it.")
        body, origin = cast("dict[str, Any]", request.data), self._origin(request)
        if is_mark(body):
            return self._mark(body, sender)
        message: SendRequest | None = None
        try:
            message = cloud.read(body, sender, origin, self.shape)
            check_meta(self.account.pk, message)
            outcome = send_now(message)
        except MetaRefusal as refusal:
            refused = message or SendRequest(
                shape=self.shape, request=body, about=cloud.summarize(body, origin), sender=sender
            )
            store_refused(self.account.pk, refused, refusal, subaccount_id=sender.subaccount_id)
            raise
        answer = self._answer(outcome)
        answer[UMID_HEADER] = str(message.umid)
        return answer

    def _origin(self, request: Request) -> Origin:
        try:
            return origin_of(request.headers, self.key.name)
        except Refusal as refusal:
            raise MetaRefusal(100, refusal.message) from None

    def _mark(self, body: dict[str, Any], sender: Sender) -> Response:
        try:
            mark_read, number = sending(sender).mark_read, connection(sender)
        except NoRoute as error:
            raise MetaRefusal(133010, str(error)) from None
        if mark_read is None:
            raise MetaRefusal(100, "The provider of this number does not support marking messages as read.")
        return self._answer(mark_read(number, body))

    def _answer(self, outcome: Outcome) -> Response:
        """The provider's answer unchanged; without one, an error in Meta's shape."""
        if isinstance(outcome, Accepted):
            return Response(outcome.answer.data, status=outcome.answer.http_status)
        if isinstance(outcome, Rejected):
            data = outcome.answer.data or {}
            if "error" in data or ("meta" in data and self.shape == Shape.DIALOG_360):
                return Response(data, status=outcome.answer.http_status)
            status = 503 if outcome.answer.http_status >= 500 else outcome.answer.http_status
            return meta_error(MetaRefusal(131016, outcome.title, status=max(status, 400)))
        if isinstance(outcome, Unreached):
            return meta_error(MetaRefusal(131016, "The provider could not be reached; nothing was sent."))
        details = "The provider did not respond, so the message may have been sent. See its page in Tollgate."
        return meta_error(MetaRefusal(131000, details))


def _takes_cloud_form(sender: Sender) -> bool:
    gateway = sending_of(sender.provider)
    return gateway is not None and gateway.from_cloud is not None


class GraphSendView(CloudView):
    """POST /{version}/{phone_number_id}/messages, as at Meta."""

    shape: ClassVar[Shape] = Shape.GRAPH

    def get_exception_handler(self) -> Callable[..., Response | None]:
        """Graph's shape."""
        return cloud_errors

    @extend_schema(exclude=True)
    def post(self, request: Request, version: str, phone_number_id: str) -> Response:
        """Send from the number; 404 when the account has none of that id."""
        check_version(version)
        sender = next((sender for sender in self.senders() if sender.number_id == phone_number_id), None)
        if sender is None:
            raise Http404
        return self.send(request, sender)


class D360SendView(CloudView):
    """POST /messages, as at 360dialog."""

    authentication_classes = (D360Authentication,)
    shape: ClassVar[Shape] = Shape.DIALOG_360

    def get_exception_handler(self) -> Callable[..., Response | None]:
        """360dialog's shape."""
        return dialog360_errors

    @extend_schema(exclude=True)
    def post(self, request: Request) -> Response:
        """Send from the number that the key is for."""
        provider = vendor_of(self.shape).name
        senders = [sender for sender in self.senders() if sender.provider == provider]
        if len(senders) != 1:
            many = "more than one 360dialog number: limit it to a subaccount" if senders else "no 360dialog number"
            raise ValidationError({"D360-API-KEY": [f"This key has access to {many}."]})
        return self.send(request, senders[0])
