"""REST: stored webhooks and their replay."""

from typing import Any, ClassVar, cast

from django.shortcuts import get_object_or_404
from drf_spectacular.utils import extend_schema, extend_schema_field
from rest_framework import serializers
from rest_framework.exceptions import PermissionDenied, ValidationError
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.api import TenantView
from accounts.enums import Permission
from core.bodies import StrictSerializer, validate_body
from core.counting import count_up_to
from core.filtersets import parameters
from core.links import PageSerializer
from core.queries import reject_params
from core.resources import detail_data, page_data
from core.serializers import MomentField
from core.sparse import SparseSerializer
from messaging.inbound.enums import InboxState, ReasonKind
from messaging.inbound.filtersets import WebhookFilterSet
from messaging.inbound.models import InboxItem
from messaging.inbound.remedies import explain, kinds_of, parts_of
from messaging.inbound.selectors.inbox import webhooks
from messaging.inbound.services.replay import MAX_REPLAYED, replay_webhooks
from messaging.inbound.visibility import Sight, visible_body
from providers import registry

MAX_IDS = 1_000


class WebhookEventSerializer(SparseSerializer, serializers.ModelSerializer[InboxItem]):
    """A stored webhook without its content."""

    # The context has `sight`: what the key may see of people.

    endpoint = serializers.IntegerField(source="endpoint_id", help_text="The id of the endpoint that received it.")
    reason = serializers.SerializerMethodField(help_text="Why parts are on hold, and notes; one a line.")
    reason_kinds = serializers.SerializerMethodField(help_text="The kind of each line of `reason`.")
    held_parts = serializers.SerializerMethodField(help_text="Parts that are not applied.")
    applied_parts = serializers.SerializerMethodField(
        help_text="Applied parts by type: messages, changes, contacts, records. Empty for a webhook without a reason."
    )
    size = serializers.IntegerField(help_text="Bytes of the body.")

    class Meta:
        model = InboxItem
        fields: tuple[str, ...] = (
            "id", "received_at", "provider", "endpoint", "state", "attempts", "reason", "reason_kinds", "held_parts",
            "applied_parts", "size",
        )  # fmt: skip

    def get_reason(self, item: InboxItem) -> str:
        """The reason, masked for the key."""
        return "\n".join(reason.text for reason in explain(item, self.context["sight"]))

    @extend_schema_field(serializers.ListField(child=serializers.ChoiceField(ReasonKind.choices)))
    def get_reason_kinds(self, item: InboxItem) -> list[str]:
        """The kinds, in the order of the lines."""
        return [str(kind) for kind in kinds_of(item)]

    def get_held_parts(self, item: InboxItem) -> int:
        """The number of parts on hold."""
        return parts_of(item).held

    @extend_schema_field(serializers.DictField(child=serializers.IntegerField()))
    def get_applied_parts(self, item: InboxItem) -> dict[str, int]:
        """The numbers of applied parts."""
        return parts_of(item).applied


class RemedySerializer(serializers.Serializer[Any]):
    """One reason and what to do."""

    kind = serializers.ChoiceField(ReasonKind.choices)
    text = serializers.CharField()
    remedy = serializers.CharField()


class WebhookEventDetailSerializer(WebhookEventSerializer):
    """A stored webhook as received."""

    reasons = serializers.SerializerMethodField()
    body = serializers.SerializerMethodField(
        help_text="Masked without the scopes msisdn:read and content:read; null if it then cannot be masked."
    )
    body_encoding = serializers.SerializerMethodField()

    class Meta(WebhookEventSerializer.Meta):
        fields = (*WebhookEventSerializer.Meta.fields, "reasons", "processed_at", "headers", "body_encoding", "body")

    @extend_schema_field(RemedySerializer(many=True))
    def get_reasons(self, item: InboxItem) -> list[dict[str, str]]:
        """Each reason with its remedy."""
        return [
            {"kind": str(reason.kind), "text": reason.text, "remedy": str(reason.remedy)}
            for reason in explain(item, self.context["sight"])
        ]

    def get_body(self, item: InboxItem) -> str | None:
        """The body as text, or as Base64 if it is no text."""
        body: str | None = visible_body(bytes(item.body), self.context["sight"]).text
        return body

    @extend_schema_field(serializers.ChoiceField(["text", "base64"]))
    def get_body_encoding(self, item: InboxItem) -> str:
        """The encoding of `body`."""
        return visible_body(bytes(item.body), self.context["sight"]).encoding


class WebhookEventPageSerializer(PageSerializer):
    """A page of webhooks with links to the next and previous pages."""

    results = WebhookEventSerializer(many=True)


class WebhookChoiceSerializer(StrictSerializer):
    """The filters of the list, as JSON."""

    state = serializers.ChoiceField(InboxState.choices, required=False)
    provider = serializers.ChoiceField(registry.choices(), required=False)
    endpoint = serializers.IntegerField(min_value=1, max_value=2**63 - 1, required=False)
    reason = serializers.ChoiceField(ReasonKind.choices, required=False)
    received_after = MomentField(required=False)
    received_before = MomentField(required=False)


class ReplaySerializer(StrictSerializer):
    """The webhooks to replay: by id, or all that match a filter."""

    ids = serializers.ListField(
        child=serializers.IntegerField(min_value=1, max_value=2**63 - 1), min_length=1, max_length=MAX_IDS,
        required=False,
    )  # fmt: skip
    filter = WebhookChoiceSerializer(required=False)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """Require exactly one of the two, and no empty filter: it would match everything."""
        if ("ids" in attrs) == ("filter" in attrs):
            raise ValidationError({"ids": ["Provide either ids or a filter."]})
        if attrs.get("filter") == {}:
            raise ValidationError({"filter": ["Provide at least one filter, such as state: quarantined."]})
        return attrs


class ReplayedSerializer(serializers.Serializer[Any]):
    """How many webhooks will be replayed."""

    replayed = serializers.IntegerField()


class WebhookEventView(TenantView):
    """Base of the views of stored webhooks."""

    permission: ClassVar[Permission] = Permission.MANAGE_WEBHOOKS

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        """Also refuse keys limited to subaccounts: a webhook may concern any subaccount of the account."""
        super().initial(request, *args, **kwargs)
        if self.principal.reach.limited:
            raise PermissionDenied("This API key is limited to subaccounts, but webhooks belong to the whole account.")

    def context(self, rows: list[Any], fields: set[str] | None) -> dict[str, Any]:
        """The context of the serializers."""
        return {"sight": Sight.of(self.principal)}

    def get_item(self, event_id: int) -> InboxItem:
        """The webhook of that id. Raises Http404 when the account has none."""
        return get_object_or_404(webhooks(self.account), pk=event_id)

    def replay(self, rows: Any, **details: Any) -> Response:
        """Requeue the rows and respond with their number."""
        return Response({"replayed": replay_webhooks(rows, details, by=self.principal)})


class WebhookEventListView(WebhookEventView):
    """The stored webhooks, newest first, 100 per page."""

    @extend_schema(
        operation_id="list_webhook_events",
        responses=WebhookEventPageSerializer,
        parameters=parameters(WebhookFilterSet),
    )
    def get(self, request: Request) -> Response:
        """One page. Follow `next` for older webhooks, `previous` for newer ones."""
        filterset = WebhookFilterSet(request.query_params, queryset=webhooks(self.account))
        return Response(
            page_data(WebhookEventSerializer, filterset, request, column="received_at", context=self.context)
        )


class WebhookEventDetailView(WebhookEventView):
    """One stored webhook."""

    @extend_schema(operation_id="get_webhook_event", responses=WebhookEventDetailSerializer)
    def get(self, request: Request, event_id: int) -> Response:
        """The webhook with headers and body; 404 if the account has none with that id."""
        item = self.get_item(event_id)
        return Response(detail_data(WebhookEventDetailSerializer, item, request, self.context))


class WebhookEventReplayView(WebhookEventView):
    """Replay of one."""

    @extend_schema(operation_id="replay_webhook_event", request=None, responses=ReplayedSerializer)
    def post(self, request: Request, event_id: int) -> Response:
        """Replay one webhook. 404 if the account has none with that id."""
        reject_params(request)
        item = self.get_item(event_id)
        rows = InboxItem.objects.filter(account=self.account, pk=item.pk, received_at=item.received_at)
        return self.replay(rows, ids=[item.pk])


class WebhookEventsReplayView(WebhookEventView):
    """Replay of several."""

    @extend_schema(operation_id="replay_webhook_events", request=ReplaySerializer, responses=ReplayedSerializer)
    def post(self, request: Request) -> Response:
        """Replay webhooks by id, or all that match a filter. Ids of other accounts match nothing."""
        reject_params(request)
        selection = validate_body(ReplaySerializer, request)
        rows = InboxItem.objects.filter(account=self.account)
        if "ids" in selection:
            return self.replay(rows.filter(pk__in=selection["ids"]), ids=selection["ids"])
        return self._replay_matching(rows, cast("dict[str, Any]", request.data)["filter"])

    def _replay_matching(self, rows: Any, filters: dict[str, Any]) -> Response:
        rows = WebhookFilterSet(filters, queryset=rows).validated_rows()
        if count_up_to(rows, MAX_REPLAYED) > MAX_REPLAYED:
            message = (
                f"More than {MAX_REPLAYED:,} webhooks match: narrow the filter by received_after and received_before."
            )
            raise ValidationError({"filter": [message]})
        return self.replay(rows, filter=filters)
