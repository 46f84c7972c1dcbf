"""REST: the exemptions of an account's WABAs from the rules."""

from collections.abc import Mapping
from typing import Any, ClassVar

from django.shortcuts import get_object_or_404
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.exceptions import PermissionDenied, ValidationError
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.api import TenantView
from accounts.enums import Permission
from accounts.models import Account, Waba
from billing.enums import ExemptionKind
from billing.models import Exemption
from billing.proposals.exemptions import record_exemption, withdraw_exemption
from core.bodies import StrictSerializer, validate_body
from core.queries import reject_params
from core.serializers import DayField

_CHANGE = (Permission.VIEW_COSTS, Permission.MANAGE_PRICES)
_KINDS = ", ".join(ExemptionKind.values)


class ExemptionSerializer(serializers.ModelSerializer[Exemption]):
    """Days on which Meta exempts a WABA from rules, in the WABA's time zone. `last_day` is included; null: no end."""

    waba_id = serializers.CharField(source="waba.waba_id", help_text="Meta's id of the WhatsApp Business Account.")

    class Meta:
        model = Exemption
        fields = ("id", "waba_id", "kind", "first_day", "last_day", "source")


class ExemptionListSerializer(serializers.Serializer[Any]):
    """Every exemption of the account."""

    results = ExemptionSerializer(many=True)


class NewExemptionSerializer(StrictSerializer):
    """An exemption to record."""

    waba_id = serializers.CharField(max_length=64, help_text="Meta's id of the WhatsApp Business Account.")
    kind = serializers.ChoiceField(
        ExemptionKind.choices, error_messages={"invalid_choice": f"Choose from {_KINDS}."}
    )  # fmt: skip
    first_day = DayField(help_text="In the time zone of the WABA.")
    last_day = DayField(required=False, allow_null=True, default=None, help_text="Included; null: no end.")
    source = serializers.CharField(  # type: ignore[assignment] # the name of a field
        max_length=255, help_text="Where the exemption is stated: a letter, a ticket, or Meta's page."
    )


class ExemptionBaseView(TenantView):
    """The base of the views of exemptions."""

    permission: ClassVar[Permission] = Permission.VIEW_COSTS
    permissions: ClassVar[Mapping[str, tuple[Permission, ...]]] = {"POST": _CHANGE, "DELETE": _CHANGE}

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        """Also refuse keys limited to subaccounts: an exemption covers a whole WABA."""
        super().initial(request, *args, **kwargs)
        if self.principal.reach.limited:
            raise PermissionDenied("This API key is limited to subaccounts, but exemptions cover the whole account.")
        reject_params(request)


class ExemptionListView(ExemptionBaseView):
    """The exemptions of the account's WABAs."""

    @extend_schema(operation_id="list_exemptions", responses=ExemptionListSerializer)
    def get(self, request: Request) -> Response:
        """By WABA, the latest first."""
        rows = Exemption.objects.filter(account=self.account).select_related("waba")
        return Response(ExemptionListSerializer({"results": rows}).data)

    @extend_schema(
        operation_id="record_exemption", request=NewExemptionSerializer, responses={201: ExemptionSerializer}
    )  # fmt: skip
    def post(self, request: Request) -> Response:
        """Record an exemption. Its months are rated again within seconds."""
        body = validate_body(NewExemptionSerializer, request)
        waba = _waba_of(self.account, body.pop("waba_id"))
        exemption = Exemption(account=self.account, waba=waba, **body)
        record_exemption(exemption, by=self.principal)
        return Response(ExemptionSerializer(exemption).data, status=201)


class ExemptionView(ExemptionBaseView):
    """One exemption."""

    @extend_schema(operation_id="withdraw_exemption", request=None, responses={204: None})
    def delete(self, request: Request, exemption_id: int) -> Response:
        """Withdraw an exemption; 404 if the account has none with that id. Its months are rated again."""
        withdraw_exemption(get_object_or_404(Exemption, account=self.account, pk=exemption_id), by=self.principal)
        return Response(status=204)


def _waba_of(account: Account, waba_id: str) -> Waba:
    if waba := Waba.objects.filter(account=account, waba_id=waba_id).first():
        return waba
    problem = f"The account has no WABA {waba_id}: enter the waba_id of one of its phone numbers."
    raise ValidationError({"waba_id": [problem]})
