"""REST: the account's templates and phone numbers."""

from typing import ClassVar

import django_filters as filters
from django.db.models import QuerySet
from django.shortcuts import get_object_or_404
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.api import TenantView
from accounts.enums import Permission
from core.filtersets import StrictFilterSet, parameters
from core.links import PageSerializer
from core.resources import detail_data, page_data
from core.sparse import SparseSerializer
from messaging.log.models import PhoneNumber, Template
from messaging.log.selectors.assets import all_templates, numbers
from providers import registry


class TemplateFilterSet(StrictFilterSet):
    """Filters of one account's templates, all combined with AND."""

    name = filters.CharFilter(max_length=512)
    language = filters.CharFilter(max_length=16)
    category = filters.CharFilter(
        lookup_expr="iexact", max_length=64, help_text="For example UTILITY, case-insensitive"
    )
    status = filters.CharFilter(lookup_expr="iexact", max_length=64, help_text="For example APPROVED, case-insensitive")
    quality = filters.CharFilter(lookup_expr="iexact", max_length=64, help_text="For example GREEN, case-insensitive")
    waba = filters.CharFilter(field_name="waba__waba_id", max_length=64, help_text="WABA id")
    search = filters.CharFilter(
        field_name="name", lookup_expr="icontains", max_length=512, help_text="Part of the name"
    )

    class Meta:
        model = Template
        fields: tuple[str, ...] = ()


class NumberFilterSet(StrictFilterSet):
    """Filters of one account's phone numbers, all combined with AND."""

    provider = filters.ChoiceFilter(choices=registry.choices())
    subaccount = filters.CharFilter(field_name="subaccount__code", max_length=50, help_text="subAccountId")
    waba = filters.CharFilter(field_name="waba__waba_id", max_length=64, help_text="WABA id")
    quality = filters.CharFilter(lookup_expr="iexact", max_length=64, help_text="For example GREEN, case-insensitive")
    phone_number_id = filters.CharFilter(
        field_name="provider_number_id", max_length=64, help_text="phone_number_id, channelId"
    )

    class Meta:
        model = PhoneNumber
        fields: tuple[str, ...] = ()


class MessageTemplateSerializer(SparseSerializer, serializers.ModelSerializer[Template]):
    """One template in one language, as the provider last described it."""

    waba_id = serializers.CharField(source="waba.waba_id")
    components = serializers.ListField(child=serializers.DictField(), help_text="In Meta's format.")

    class Meta:
        model = Template
        fields = (
            "id", "provider_template_id", "waba_id", "name", "language", "category", "status", "status_reason",
            "quality", "components", "created_at",
        )  # fmt: skip


class NumberSerializer(SparseSerializer, serializers.ModelSerializer[PhoneNumber]):
    """One business phone number."""

    phone_number_id = serializers.CharField(source="provider_number_id", help_text="At 8x8, the channelId.")
    subaccount_id = serializers.CharField(source="subaccount.code")
    waba_id = serializers.CharField(source="waba.waba_id")

    class Meta:
        model = PhoneNumber
        fields = (
            "id", "provider", "phone_number_id", "msisdn", "display_name", "subaccount_id", "waba_id", "quality",
            "messaging_limit", "throughput", "flag", "name_status", "created_at",
        )  # fmt: skip


class TemplatePageSerializer(PageSerializer):
    """A page of templates with links to the next and previous pages."""

    results = MessageTemplateSerializer(many=True)


class NumberPageSerializer(PageSerializer):
    """A page of phone numbers with links to the next and previous pages."""

    results = NumberSerializer(many=True)


class AssetView(TenantView):
    """The base of the views of templates and numbers."""

    permission: ClassVar[Permission] = Permission.VIEW_MESSAGES

    def templates(self) -> QuerySet[Template]:
        """Those of the WABAs that the key reaches."""
        return all_templates(self.account, self.principal.subaccount_ids)

    def numbers(self) -> QuerySet[PhoneNumber]:
        """Those of the subaccounts that the key reaches."""
        return numbers(self.account, self.principal.subaccount_ids)


class TemplateListView(AssetView):
    """The message templates, newest first, 100 per page."""

    @extend_schema(
        operation_id="list_templates", responses=TemplatePageSerializer, parameters=parameters(TemplateFilterSet)
    )
    def get(self, request: Request) -> Response:
        """One page. Follow `next` for older templates, `previous` for newer ones."""
        filterset = TemplateFilterSet(request.query_params, queryset=self.templates())
        return Response(page_data(MessageTemplateSerializer, filterset, request))


class TemplateDetailView(AssetView):
    """One template."""

    @extend_schema(operation_id="get_template", responses=MessageTemplateSerializer)
    def get(self, request: Request, template_id: int) -> Response:
        """The template; 404 if the account has none with that id."""
        template = get_object_or_404(self.templates(), pk=template_id)
        return Response(detail_data(MessageTemplateSerializer, template, request))


class NumberListView(AssetView):
    """The business phone numbers, newest first, 100 per page."""

    @extend_schema(
        operation_id="list_phone_numbers", responses=NumberPageSerializer, parameters=parameters(NumberFilterSet)
    )
    def get(self, request: Request) -> Response:
        """One page. Follow `next` for older numbers, `previous` for newer ones."""
        filterset = NumberFilterSet(request.query_params, queryset=self.numbers())
        return Response(page_data(NumberSerializer, filterset, request))


class NumberDetailView(AssetView):
    """One business phone number."""

    @extend_schema(operation_id="get_phone_number", responses=NumberSerializer)
    def get(self, request: Request, number_id: int) -> Response:
        """The number; 404 if the account has none with that id."""
        number = get_object_or_404(self.numbers(), pk=number_id)
        return Response(detail_data(NumberSerializer, number, request))
