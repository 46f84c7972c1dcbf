"""REST in 8x8's shape: the templates of a channel."""

from datetime import datetime
from typing import Any, ClassVar

from django.utils.translation import get_language_info
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.enums import Permission
from messaging.log.models import PhoneNumber, Template
from messaging.log.selectors.assets import all_templates, last_changes, numbers
from messaging.sending.api.sending import View8x8
from messaging.sending.eightxeight import Refusal
from providers.eightxeight.statuses import moment
from providers.vocabulary import Subject


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
    """All templates of a channel; 8x8 has no pages."""

    templates = TemplateOf8x8Serializer(many=True)


class ChannelTemplatesView(View8x8):
    """A channel's templates, as at 8x8."""

    permission: ClassVar[Permission] = Permission.VIEW_MESSAGES

    @extend_schema(
        operation_id="list_channel_templates", responses=TemplatesOf8x8Serializer,
        parameters=[OpenApiParameter("channel_id", str, "path", description="channelId, phone_number_id")],
    )  # fmt: skip
    def get(self, request: Request, account_id: str, channel_id: str) -> Response:
        """The templates of the channel's WABA, for any provider."""
        self.check_account(account_id)
        number = (
            numbers(self.account, self.principal.subaccount_ids).filter(provider_number_id__iexact=channel_id).first()
        )
        if number is None:
            raise Refusal(1300, "Channel not found.")
        templates = list(all_templates(self.account, None).filter(waba=number.waba_id))
        changes = last_changes(self.account, Subject.TEMPLATE, (template.pk for template in templates))
        changed_at = {pk: change.at for pk, change in changes.items()}
        return Response(
            {"templates": [template_body(template, number, changed_at.get(template.pk)) for template in templates]}
        )


def template_body(template: Template, number: PhoneNumber, changed_at: datetime | None) -> dict[str, Any]:
    """One template in 8x8's list."""
    return {
        "channelId": number.provider_number_id,
        "channelName": number.display_name,
        "templateName": template.name,
        "language": template.language,
        "languageName": language_name(template.language),
        "components": [component_body(component) for component in template.components if isinstance(component, dict)],
        "category": template.category.upper(),
        "categoryName": label(template.category),
        "status": template.status.upper(),
        "statusName": label(template.status),
        "createdAt": moment(template.created_at),
        "updatedAt": moment(max(changed_at or template.created_at, template.created_at)),
    }


def component_body(source: dict[str, Any]) -> dict[str, Any]:
    """Meta's component in 8x8's form: formats as words, examples as a list."""
    converted = {name: value for name, value in source.items() if name != "example"}
    if isinstance(converted.get("format"), str):
        converted["format"] = converted["format"].capitalize()
    if "example" in source:
        converted["examples"] = _texts(source["example"])
    return converted


def _texts(example: Any) -> list[str]:
    """Every text in Meta's nested example."""
    if isinstance(example, dict):
        return [text for inner in example.values() for text in _texts(inner)]
    if isinstance(example, list):
        return [text for inner in example for text in _texts(inner)]
    return [str(example)]


def label(code: str) -> str:
    """PENDING_DELETION as "Pending deletion"."""
    return code.replace("_", " ").capitalize()


def language_name(code: str) -> str:
    """The English name of a language code of Meta's; the code itself where there is none."""
    try:
        return str(get_language_info(code.replace("_", "-").lower())["name"])
    except KeyError:
        return code
