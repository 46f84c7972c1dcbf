"""REST: the message log."""

from typing import Any, ClassVar
from uuid import UUID

from django.http import Http404
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.api import TenantView
from accounts.enums import Permission
from billing.selectors import explain
from core.resources import detail_data, page_data
from messaging.log.api.query import MessageList, message_parameters
from messaging.log.api.serializers import (
    ChargeSerializer,
    MessagePageSerializer,
    MessageSerializer,
    charge_body,
    group_charge_body,
    subaccount_codes,
)
from messaging.log.models import Message
from messaging.log.query import MessageQuery
from messaging.log.selectors.log import attach, charges, with_names
from messaging.log.selectors.matching import matching
from messaging.log.selectors.participants import attach_participants, is_to_group, keys_of


class MessageView(TenantView):
    """The base of the views of messages."""

    permission: ClassVar[Permission] = Permission.VIEW_MESSAGES

    def context(self, messages: list[Message], fields: set[str] | None) -> dict[str, Any]:
        """The context of `MessageSerializer`; with costs if the caller may see and requests them."""
        attach(self.account, messages)
        costs = self.principal.may(Permission.VIEW_COSTS) and (fields is None or "cost" in fields)
        return {
            "subaccounts": subaccount_codes(self.account),
            "charges": charges(self.account, messages) if costs else {},
            "whole_numbers": self.principal.may(Permission.VIEW_NUMBERS),
        }

    def visible(self) -> Any:
        """The messages the key may see, with people's names if it may see them."""
        rows = matching(self.account, MessageQuery(subaccount_ids=self.principal.subaccount_ids))
        return with_names(rows) if self.principal.may(Permission.VIEW_NUMBERS) else rows

    def get_message(self, umid: UUID) -> Message:
        """The message of a UMID; the first, as on its page, if several have it. Raises Http404 if the key sees none."""
        message: Message | None = self.visible().filter(umid=umid).order_by("created_at", "id").first()
        if message is None:
            raise Http404
        return message


class MessageListView(MessageView):
    """The message log, newest first, 100 per page."""

    @extend_schema(operation_id="list_messages", responses=MessagePageSerializer, parameters=message_parameters())
    def get(self, request: Request) -> Response:
        """One page. Follow `next` for older messages, `previous` for newer ones."""
        rows = MessageList(
            request.query_params, self.account, subaccount_ids=self.principal.subaccount_ids,
            masked_numbers=not self.principal.may(Permission.VIEW_NUMBERS),
        )  # fmt: skip
        return Response(page_data(MessageSerializer, rows, request, context=self.context))


class MessageDetailView(MessageView):
    """One message."""

    @extend_schema(operation_id="get_message", responses=MessageSerializer)
    def get(self, request: Request, umid: UUID) -> Response:
        """The message with a UMID. 404 if the account has none."""
        return Response(detail_data(MessageSerializer, self.get_message(umid), request, self.context))


class ChargeView(MessageView):
    """One message's charge, explained."""

    permission: ClassVar[Permission] = Permission.VIEW_COSTS

    @extend_schema(operation_id="explain_charge", responses=ChargeSerializer)
    def get(self, request: Request, umid: UUID) -> Response:
        """State, price and the reasons for them. 404 if the account has no such message."""
        message = self.get_message(umid)
        attach_participants(self.account, [message])
        explanations = [explain(self.account, key) for key in keys_of(message)]
        charge = (
            group_charge_body(message, explanations)
            if is_to_group(message)
            else charge_body(umid, explanations[0], message.status)
        )
        return Response(detail_data(ChargeSerializer, charge, request))
