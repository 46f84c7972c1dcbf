"""REST: messages on other channels than WhatsApp."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from core.filtersets import parameters
from core.links import PageSerializer
from core.money import plain
from messaging.legs.filters import LegFilterSet
from messaging.legs.models import Leg
from messaging.legs.selectors import whatsapp_messages
from messaging.records.api import COMMON, RecordSerializer, RecordView


class LegSerializer(RecordSerializer, serializers.ModelSerializer[Leg]):
    """One message on another channel. `price` is what the provider states; null if it states none."""

    # The context also has `messages`: the WhatsApp messages by leg.

    channel = serializers.CharField(help_text="sms, viber, rcs, line, zalo …")
    price = serializers.SerializerMethodField()
    whatsapp_umid = serializers.SerializerMethodField()

    class Meta:
        model = Leg
        fields = (
            *COMMON, "channel", "umid", "whatsapp_umid", "business_address", "content_type", "status_detail",
            "queued_at", "sent_at", "delivered_at", "read_at", "failed_at", "rejected_at", "received_at", "segments",
            "price", "currency", "error", "client_message_id",
        )  # fmt: skip

    def get_price(self, leg: Leg) -> str | None:
        """An exact amount."""
        return None if leg.price is None else plain(leg.price)

    def get_whatsapp_umid(self, leg: Leg) -> str | None:
        """The UMID in the log of the WhatsApp message whose fallback or companion it is; null without one."""
        message = self.context["messages"].get(leg.pk)
        return str(message.umid) if message else None


class LegPageSerializer(PageSerializer):
    """A page of messages on other channels with links to the next and previous pages."""

    results = LegSerializer(many=True)


class LegView(RecordView):
    """The base of the views of messages on other channels."""

    model, serializer, filterset = Leg, LegSerializer, LegFilterSet

    def context(self, rows: list[Leg], fields: set[str] | None) -> Mapping[str, Any]:
        """The context of the serializer."""
        has_message = fields is None or "whatsapp_umid" in fields
        messages = whatsapp_messages(rows, self.principal.subaccount_ids) if has_message else {}
        return {**super().context(rows, fields), "messages": messages}


class LegListView(LegView):
    """The messages on other channels than WhatsApp, newest first, 100 per page."""

    @extend_schema(operation_id="list_other_channels", responses=LegPageSerializer, parameters=parameters(LegFilterSet))
    def get(self, request: Request) -> Response:
        """One page. Follow `next` for older messages, `previous` for newer ones."""
        return self.list_response(request)


class LegDetailView(LegView):
    """One message on another channel than WhatsApp."""

    @extend_schema(operation_id="get_other_channel", responses=LegSerializer)
    def get(self, request: Request, leg_id: UUID) -> Response:
        """The message with an id. 404 if the account has none."""
        return self.detail_response(request, leg_id)
