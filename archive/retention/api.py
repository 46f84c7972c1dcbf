"""REST: the account's retention periods."""

from typing import Any, ClassVar

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.exceptions import PermissionDenied
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.api import TenantView
from accounts.enums import Permission
from archive.holds import keeping_of
from archive.models import Keeping
from archive.retention.periods import FIELDS, change_periods, next_run, removals
from core.bodies import StrictSerializer, validate_body
from core.queries import reject_params


class PeriodsSerializer(StrictSerializer):
    """The periods. Null keeps the data forever; omitted periods do not change."""

    message_months = serializers.IntegerField(required=False, allow_null=True, help_text="At least 2")
    payload_months = serializers.IntegerField(required=False, allow_null=True, help_text="No longer than messages")
    webhook_months = serializers.IntegerField(required=False, allow_null=True)
    audit_months = serializers.IntegerField(required=False, allow_null=True, help_text="At least 12")
    export_days = serializers.IntegerField(
        required=False, allow_null=True, help_text="null: the installation's default"
    )


class RemovalSerializer(serializers.Serializer[Any]):
    """The data of one kind that the next run deletes."""

    kind = serializers.ChoiceField(Keeping.KINDS)
    before = serializers.DateTimeField()
    n = serializers.IntegerField(allow_null=True)


class RetentionSerializer(PeriodsSerializer):
    """The periods, whether a legal hold keeps everything, and what the next run deletes."""

    legal_hold = serializers.BooleanField()
    next_run = serializers.DateTimeField()
    removes = RemovalSerializer(many=True)


class RetentionView(TenantView):
    """The account's retention periods."""

    permission: ClassVar[Permission] = Permission.MANAGE_RETENTION

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        """Also refuse keys that are limited to subaccounts."""
        super().initial(request, *args, **kwargs)
        if self.principal.reach.limited:
            raise PermissionDenied("This API key is limited to subaccounts, but retention covers the whole account.")

    @extend_schema(operation_id="get_retention", responses=RetentionSerializer)
    def get(self, request: Request) -> Response:
        """The periods and what the next run deletes."""
        reject_params(request)
        return self._answer()

    @extend_schema(operation_id="set_retention", request=PeriodsSerializer, responses=RetentionSerializer)
    def put(self, request: Request) -> Response:
        """Set the periods. The next run deletes older data."""
        reject_params(request)
        periods = validate_body(PeriodsSerializer, request)
        change_periods(periods, by=self.principal)
        return self._answer()

    def _answer(self) -> Response:
        keeping = keeping_of(self.account)
        values = {name: getattr(keeping, name) for name in FIELDS}
        values |= {"legal_hold": keeping.held_at is not None, "next_run": next_run(), "removes": removals(keeping)}
        return Response(RetentionSerializer(values).data)
