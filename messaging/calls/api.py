"""REST: calls."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from drf_spectacular.utils import extend_schema, extend_schema_field
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.enums import Permission
from billing.calls.charges import CallCharge, charges_of
from core.filtersets import parameters
from core.links import PageSerializer
from core.money import plain
from messaging.calls.filters import CallFilterSet
from messaging.calls.models import Call
from messaging.log.api.serializers import CHARGE_STATES
from messaging.records.api import COMMON, RecordSerializer, RecordView


class CallCostSerializer(serializers.Serializer[Any]):
    """The cost of a call; without an amount if it is unknown or nobody talked. `reason`: why it is free or unrated."""

    state = serializers.ChoiceField(CHARGE_STATES)
    reason = serializers.CharField()
    amount = serializers.CharField(allow_null=True)
    currency = serializers.CharField(allow_null=True)


class CallSerializer(RecordSerializer, serializers.ModelSerializer[Call]):
    """One call."""

    # The context also has `charges` by key.

    call_id = serializers.SerializerMethodField()
    channel = serializers.CharField(
        source="phone_number.provider_number_id", default=None, allow_null=True, help_text="phone_number_id"
    )
    cost = serializers.SerializerMethodField()

    class Meta:
        model = Call
        fields = (
            *COMMON, "call_id", "channel", "connecting_at", "ringing_at", "accepted_at", "rejected_at", "failed_at",
            "started_at", "ended_at", "seconds", "pulses", "error", "client_call_id", "cost",
        )  # fmt: skip

    def get_call_id(self, call: Call) -> str:
        """The provider's id, which contains the person's number: empty for a key without the scope for full numbers."""
        return call.call_id if self.context["whole_numbers"] else ""

    @extend_schema_field(CallCostSerializer)
    def get_cost(self, call: Call) -> "dict[str, str | None]":
        """State, reason, amount and currency."""
        charges: Mapping[UUID, CallCharge] = self.context["charges"]
        charge = charges.get(call.record_key)
        if charge is None:
            return {"state": "none", "reason": "", "amount": None, "currency": None}
        amount = plain(charge.amount) if charge.amount is not None else None
        return {
            "state": charge.state, "reason": charge.reason, "amount": amount, "currency": charge.currency or None,
        }  # fmt: skip


class CallPageSerializer(PageSerializer):
    """A page of calls with links to the next and previous pages."""

    results = CallSerializer(many=True)


class CallView(RecordView):
    """The base of the views of calls."""

    model, serializer, filterset = Call, CallSerializer, CallFilterSet

    def visible(self) -> Any:
        """The calls that the key may see."""
        return super().visible().select_related("phone_number")

    def context(self, rows: list[Call], fields: set[str] | None) -> Mapping[str, Any]:
        """The context of the serializer; with costs if the key may see and requests them."""
        costs = self.principal.may(Permission.VIEW_COSTS) and (fields is None or "cost" in fields)
        charges = charges_of(self.account, [call.record_key for call in rows]) if costs else {}
        return {**super().context(rows, fields), "charges": charges}


class CallListView(CallView):
    """The calls, newest first, 100 per page."""

    @extend_schema(operation_id="list_calls", responses=CallPageSerializer, parameters=parameters(CallFilterSet))
    def get(self, request: Request) -> Response:
        """One page. Follow `next` for older calls, `previous` for newer ones."""
        return self.list_response(request)


class CallDetailView(CallView):
    """One call."""

    @extend_schema(operation_id="get_call", responses=CallSerializer)
    def get(self, request: Request, call_id: UUID) -> Response:
        """The call with an id. 404 if the account has none."""
        return self.detail_response(request, call_id)
