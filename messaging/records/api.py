"""Records in the REST API."""

from collections.abc import Mapping
from typing import Any, ClassVar
from uuid import UUID

from django.db.models import QuerySet
from django.shortcuts import get_object_or_404
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.api import TenantView
from accounts.enums import Permission
from core.resources import detail_data, page_data
from core.serializers import MaskedNumberField
from core.sparse import SparseSerializer
from messaging.records.filters import RecordFilterSet
from messaging.records.models import Record
from messaging.records.selectors import visible

COMMON = ("id", "provider", "subaccount_id", "direction", "msisdn", "user_id", "country", "status", "created_at")
"""The first fields of every record."""


class RecordErrorSerializer(serializers.Serializer[Any]):
    """The error code of a record, and the list it is from."""

    source = serializers.CharField()  # type: ignore[assignment] # the field's name in our API
    code = serializers.IntegerField(allow_null=True)
    title = serializers.CharField()


class RecordSerializer(SparseSerializer):
    """The common fields of records."""

    # The context has `whole_numbers`, and `fields`.

    id = serializers.UUIDField(source="record_key")
    subaccount_id = serializers.CharField(source="subaccount.code", default=None, allow_null=True)
    direction = serializers.CharField(help_text="inbound or outbound; empty if it is not known yet.")
    msisdn = MaskedNumberField(help_text="Digits; masked for a key without the scope for full numbers.")
    user_id = MaskedNumberField(help_text="The person's id; masked for a key without the scope for full numbers.")
    error = serializers.SerializerMethodField()

    @extend_schema_field(RecordErrorSerializer(allow_null=True))
    def get_error(self, record: Record) -> "dict[str, Any] | None":
        """The code with the provider's title; null without an error."""
        if not record.error_source:
            return None
        return {"source": record.error_source, "code": record.error_code, "title": record.error_title}


class RecordView(TenantView):
    """The base of the views of records."""

    permission: ClassVar[Permission] = Permission.VIEW_MESSAGES
    model: ClassVar[type[Record]]
    serializer: ClassVar[type[SparseSerializer]]
    filterset: ClassVar[type[RecordFilterSet]]

    def context(self, rows: list[Any], fields: set[str] | None) -> Mapping[str, Any]:
        """The context of the serializer."""
        return {"whole_numbers": self.principal.may(Permission.VIEW_NUMBERS)}

    def visible(self) -> QuerySet[Any]:
        """The records that the key may see."""
        return visible(self.model, self.principal)

    def list_response(self, request: Request) -> Response:
        """One page."""
        rows = self.filterset.of(request.query_params, self.visible(), self.principal)
        return Response(page_data(self.serializer, rows, request, context=self.context))

    def detail_response(self, request: Request, record_id: UUID) -> Response:
        """One record. Raises Http404 when the key sees none."""
        record = get_object_or_404(self.visible(), record_key=record_id)
        return Response(detail_data(self.serializer, record, request, self.context))
