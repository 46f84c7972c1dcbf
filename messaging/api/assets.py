"""REST: what the account sends with, its templates and phone numbers; the templates in 8x8's form, too."""

from datetime import datetime
from typing import Any, ClassVar

import django_filters as filters
from django.db.models import QuerySet
from django.http import Http404
from django.utils.translation import get_language_info
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.api import TenantView
from accounts.enums import Permission
from messaging.api.sending import View8x8
from messaging.enums import Provider, Subject
from messaging.models import PhoneNumber, Template
from messaging.selectors.assets import all_templates, last_changes, numbers
from messaging.sending.eightxeight import Refused
from messaging.sending.receipt_bodies import moment
from portal.core.filtersets import StrictFilterSet, parameters
from portal.core.links import PageSerializer
from portal.core.resources import listed, shown
from portal.core.sparse import SparseSerializer


class TemplateFilterSet(StrictFilterSet):
    """Filters of one account's templates, all combined with AND."""

    name = filters.CharFilter(max_length=512)
    language = filters.CharFilter(max_length=16)
    category = filters.CharFilter(lookup_expr="iexact", max_length=64, help_text="As UTILITY, in any case")
    status = filters.CharFilter(lookup_expr="iexact", max_length=64, help_text="As APPROVED, in any case")
    quality = filters.CharFilter(lookup_expr="iexact", max_length=64, help_text="As GREEN, in any case")
    waba = filters.CharFilter(field_name="waba__waba_id", max_length=64, help_text="WABA id")
    search = filters.CharFilter(field_name="name", lookup_expr="icontains", max_length=512, help_text="A part of name")

    class Meta:
        model = Template
        fields: tuple[str, ...] = ()


class NumberFilterSet(StrictFilterSet):
    """Filters of one account's phone numbers, all combined with AND."""

    provider = filters.ChoiceFilter(choices=Provider.choices)
    subaccount = filters.CharFilter(field_name="subaccount__code", max_length=50, help_text="subAccountId")
    waba = filters.CharFilter(field_name="waba__waba_id", max_length=64, help_text="WABA id")
    quality = filters.CharFilter(lookup_expr="iexact", max_length=64, help_text="As GREEN, in any case")
    phone_number_id = filters.CharFilter(
        field_name="provider_number_id", max_length=64, help_text="phone_number_id, channelId"
    )

    class Meta:
        model = PhoneNumber
        fields: tuple[str, ...] = ()


class MessageTemplateSerializer(SparseSerializer, serializers.ModelSerializer[Template]):
    """One template in one language, as the provider last described it."""

    waba_id = serializers.CharField(source="waba.waba_id")
    components = serializers.ListField(child=serializers.DictField(), help_text="In Meta's form.")

    class Meta:
        model = Template
        fields = (
            "id", "provider_template_id", "waba_id", "name", "language", "category", "status", "status_reason",
            "quality", "components", "created_at",
        )  # fmt: skip


class NumberSerializer(SparseSerializer, serializers.ModelSerializer[PhoneNumber]):
    """One business phone number."""

    phone_number_id = serializers.CharField(source="provider_number_id", help_text="At 8x8 the channelId.")
    subaccount_id = serializers.CharField(source="subaccount.code")
    waba_id = serializers.CharField(source="waba.waba_id")

    class Meta:
        model = PhoneNumber
        fields = (
            "id", "provider", "phone_number_id", "msisdn", "display_name", "subaccount_id", "waba_id", "quality",
            "messaging_limit", "throughput", "flag", "name_status", "created_at",
        )  # fmt: skip


class TemplatePageSerializer(PageSerializer):
    """A page of templates with the addresses of its neighbours."""

    results = MessageTemplateSerializer(many=True)


class NumberPageSerializer(PageSerializer):
    """A page of phone numbers with the addresses of its neighbours."""

    results = NumberSerializer(many=True)


class AssetView(TenantView):
    """What the views of templates and numbers share."""

    permission: ClassVar[Permission] = Permission.VIEW_MESSAGES

    def templates(self) -> QuerySet[Template]:
        """Those of the WABAs that the key reaches."""
        return all_templates(self.account, self.subaccount_ids())

    def numbers(self) -> QuerySet[PhoneNumber]:
        """Those of the subaccounts that the key reaches."""
        return numbers(self.account, self.subaccount_ids())


class TemplateListView(AssetView):
    """The message templates, newest first, 100 a page."""

    @extend_schema(
        operation_id="list_templates", responses=TemplatePageSerializer, parameters=parameters(TemplateFilterSet)
    )
    def get(self, request: Request) -> Response:
        """One page. Follow `next` for older templates, `previous` for newer ones."""
        filterset = TemplateFilterSet(request.query_params, queryset=self.templates())
        return Response(listed(MessageTemplateSerializer, filterset, request))


class TemplateDetailView(AssetView):
    """One template."""

    @extend_schema(operation_id="get_template", responses=MessageTemplateSerializer)
    def get(self, request: Request, template_id: int) -> Response:
        """The template; 404 when the account has none of that id."""
        template = self.templates().filter(pk=template_id).first()
        if template is None:
            raise Http404
        return Response(shown(MessageTemplateSerializer, template, request))


class NumberListView(AssetView):
    """The business phone numbers, newest first, 100 a page."""

    @extend_schema(
        operation_id="list_phone_numbers", responses=NumberPageSerializer, parameters=parameters(NumberFilterSet)
    )
    def get(self, request: Request) -> Response:
        """One page. Follow `next` for older numbers, `previous` for newer ones."""
        filterset = NumberFilterSet(request.query_params, queryset=self.numbers())
        return Response(listed(NumberSerializer, filterset, request))


class NumberDetailView(AssetView):
    """One business phone number."""

    @extend_schema(operation_id="get_phone_number", responses=NumberSerializer)
    def get(self, request: Request, number_id: int) -> Response:
        """The number; 404 when the account has none of that id."""
        number = self.numbers().filter(pk=number_id).first()
        if number is None:
            raise Http404
        return Response(shown(NumberSerializer, number, request))


# --- as at 8x8 -----------------------------------------------------------------------------------------------------


class TemplateOf8x8Serializer(serializers.Serializer[Any]):
    """A template as 8x8 lists it."""

    channelId = serializers.CharField()  # noqa: N815 - 8x8's names
    channelName = serializers.CharField()  # noqa: N815
    templateName = serializers.CharField()  # noqa: N815
    language = serializers.CharField()
    languageName = serializers.CharField()  # noqa: N815
    components = serializers.ListField(child=serializers.DictField())
    category = serializers.CharField()
    categoryName = serializers.CharField()  # noqa: N815
    status = serializers.CharField()
    statusName = serializers.CharField()  # noqa: N815
    createdAt = serializers.DateTimeField()  # noqa: N815
    updatedAt = serializers.DateTimeField()  # noqa: N815


class TemplatesOf8x8Serializer(serializers.Serializer[Any]):
    """All templates of a channel; 8x8 knows no pages."""

    templates = TemplateOf8x8Serializer(many=True)


class ChannelTemplatesView(View8x8):
    """A channel's templates, as at 8x8."""

    permission: ClassVar[Permission] = Permission.VIEW_MESSAGES

    @extend_schema(
        operation_id="list_channel_templates", responses=TemplatesOf8x8Serializer,
        parameters=[OpenApiParameter("channel_id", str, "path", description="channelId, phone_number_id")],
    )  # fmt: skip
    def get(self, request: Request, account_id: str, channel_id: str) -> Response:
        """The templates of the WABA that the channel belongs to, whichever provider's it is."""
        self.check_account(account_id)
        number = numbers(self.account, self.subaccount_ids()).filter(provider_number_id__iexact=channel_id).first()
        if number is None:
            raise Refused(1300, "Channel not found.")
        found = list(all_templates(self.account, None).filter(waba=number.waba_id))
        changes = last_changes(self.account, Subject.TEMPLATE, (template.pk for template in found))
        changed = {pk: change.at for pk, change in changes.items()}
        return Response({"templates": [as_at_8x8(each, number, changed.get(each.pk)) for each in found]})


def as_at_8x8(template: Template, number: PhoneNumber, changed_at: datetime | None) -> dict[str, Any]:
    """One template in 8x8's list."""
    return {
        "channelId": number.provider_number_id,
        "channelName": number.display_name,
        "templateName": template.name,
        "language": template.language,
        "languageName": language_name(template.language),
        "components": [component(each) for each in template.components if isinstance(each, dict)],
        "category": template.category.upper(),
        "categoryName": words(template.category),
        "status": template.status.upper(),
        "statusName": words(template.status),
        "createdAt": moment(template.created_at),
        "updatedAt": moment(max(changed_at or template.created_at, template.created_at)),
    }


def component(said: dict[str, Any]) -> dict[str, Any]:
    """Meta's component in 8x8's form: formats as words, examples as a list."""
    found = {name: value for name, value in said.items() if name != "example"}
    if isinstance(found.get("format"), str):
        found["format"] = found["format"].capitalize()
    if "example" in said:
        found["examples"] = _texts(said["example"])
    return found


def _texts(said: Any) -> list[str]:
    """Every text in Meta's nested example."""
    if isinstance(said, dict):
        return [text for inner in said.values() for text in _texts(inner)]
    if isinstance(said, list):
        return [text for inner in said for text in _texts(inner)]
    return [str(said)]


def words(code: str) -> str:
    """PENDING_DELETION as "Pending deletion"."""
    return code.replace("_", " ").capitalize()


def language_name(code: str) -> str:
    """The English name of a language code of Meta's; the code itself where nobody knows one."""
    try:
        return str(get_language_info(code.replace("_", "-").lower())["name"])
    except KeyError:
        return code
