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
from messaging.api.filtersets import MessageFilterSet
from messaging.api.serializers import (
    ChargeSerializer,
    MessagePageSerializer,
    MessageSerializer,
    explained,
    subaccount_codes,
)
from messaging.lifecycle.usage import message_key
from messaging.models import Message
from messaging.selectors.log import attach, charges
from messaging.selectors.matching import LogFilter, matching
from portal.core.filtersets import parameters
from portal.core.links import links
from portal.core.paging import page
from portal.core.queries import nothing_asked
from portal.core.sparse import PARAMETER, wanted_fields

PAGE_SIZE = 100


class MessageView(TenantView):
    """What both views of messages share."""

    permission: ClassVar[Permission] = Permission.VIEW_MESSAGES

    def rendered(self, messages: list[Message], fields: set[str] | None = None) -> list[dict[str, Any]]:
        """The messages as JSON, with what they cost where that is wanted; `fields` of them only, or all."""
        attach(self.account, messages)
        costs = self.key.may(Permission.VIEW_COSTS) and (fields is None or "cost" in fields)
        context = {
            "subaccounts": subaccount_codes(self.account),
            "charges": charges(self.account, messages) if costs else {},
            "whole_numbers": self.key.may(Permission.VIEW_NUMBERS),
            PARAMETER: fields,
        }
        return list(MessageSerializer(messages, many=True, context=context).data)

    def visible(self) -> Any:
        """The messages the key may see."""
        return matching(self.account, LogFilter(subaccount_ids=self.subaccount_ids()))


class MessageListView(MessageView):
    """The message log, newest first, 100 a page."""

    @extend_schema(
        operation_id="list_messages",
        responses=MessagePageSerializer,
        parameters=parameters(MessageFilterSet),
    )
    def get(self, request: Request) -> Response:
        """One page. Follow `next` for older messages, `previous` for newer ones."""
        filterset = MessageFilterSet(
            request.query_params, queryset=self.visible(), account=self.account,
            whole_numbers=self.key.may(Permission.VIEW_NUMBERS),
        )  # fmt: skip
        fields = wanted_fields(MessageSerializer, request.query_params)
        found = page(filterset.checked(), request.query_params, size=PAGE_SIZE)
        return Response({**links(request, found), "results": self.rendered(found.rows, fields)})


class MessageDetailView(MessageView):
    """One message."""

    @extend_schema(operation_id="get_message", responses=MessageSerializer)
    def get(self, request: Request, umid: UUID) -> Response:
        """The message of a UMID; 404 when the account has none."""
        nothing_asked(request)
        message = self.visible().filter(umid=umid).first()
        if message is None:
            raise Http404
        return Response(self.rendered([message])[0])


class ChargeView(MessageView):
    """One message's charge, explained."""

    permission: ClassVar[Permission] = Permission.VIEW_COSTS

    @extend_schema(operation_id="explain_charge", responses=ChargeSerializer)
    def get(self, request: Request, umid: UUID) -> Response:
        """State, price and what they rest on; 404 when the account has no such message."""
        nothing_asked(request)
        message = self.visible().filter(umid=umid).first()
        if message is None:
            raise Http404
        key = message_key(self.account.pk, message.provider, message.provider_message_id)
        return Response(explained(umid, explain(self.account, key), message.status))
