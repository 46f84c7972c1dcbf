"""REST: deletions of messages and people."""

from typing import Any, ClassVar
from uuid import UUID

import django_filters as filters
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.exceptions import PermissionDenied, ValidationError
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.api import TenantView
from accounts.enums import Permission
from archive.deletion import jobs, work
from archive.deletion.certificates import canonical
from archive.deletion.selectors import COUNT_LIMIT, deletions_of, preview
from archive.enums import DeletionKind, DeletionState
from archive.models import Deletion
from archive.queries import job_query
from core.bodies import StrictSerializer, validate_body
from core.errors import Conflict
from core.filtersets import StrictFilterSet, parameters
from core.links import PageSerializer
from core.queries import reject_params
from core.resources import detail_data, page_data
from core.sparse import SparseSerializer
from messaging.log.api.query import MessageQuerySerializer
from messaging.log.query import MessageQuery
from messaging.log.services.erasure import visible_umids


class DeletionRequestSerializer(StrictSerializer):
    """What to delete (messages by UMID, all that match a filter, or everything about a person) and why."""

    umids = serializers.ListField(
        child=serializers.UUIDField(), min_length=1, max_length=jobs.MAX_SELECTED, required=False
    )
    filter = MessageQuerySerializer(required=False)
    msisdn = serializers.CharField(required=False, max_length=40, help_text="Erases the person. Requires a reason.")
    person = serializers.CharField(
        required=False, max_length=150,
        help_text="Erases the person of a number, user id, parent id or @username. Requires a reason.",
    )  # fmt: skip
    reason = serializers.CharField(required=False, max_length=255, default="", allow_blank=True)
    dry_run = serializers.BooleanField(required=False, default=False, help_text="With filter: only count the messages.")

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """Require exactly one of the four."""
        if sum(name in attrs for name in ("umids", "filter", "msisdn", "person")) != 1:
            raise ValidationError({"umids": ["Provide exactly one of umids, filter, msisdn and person."]})
        if attrs.get("filter") == {}:  # would match every message
            raise ValidationError({"filter": ["Provide at least one filter, such as status: [undelivered]."]})
        if attrs["dry_run"] and "filter" not in attrs:
            raise ValidationError({"dry_run": ["A dry run requires a filter."]})
        return attrs


class DeletionSerializer(SparseSerializer, serializers.ModelSerializer[Deletion]):
    """A deletion and its progress."""

    id = serializers.UUIDField(source="public_id")
    asked_by = serializers.CharField(source="actor")
    removed = serializers.DictField(child=serializers.IntegerField(), help_text="Deleted rows by kind so far.")

    class Meta:
        model = Deletion
        fields = (
            "id", "kind", "state", "asked_by", "reason", "subject", "expected", "removed", "confirmed_at",
            "finished_at", "problem", "sha256",
        )  # fmt: skip


class DeletionPageSerializer(PageSerializer):
    """A page of deletions with links to the next and previous pages."""

    results = DeletionSerializer(many=True)


class MatchingSerializer(serializers.Serializer[Any]):
    """How many messages a filter matches."""

    matching = serializers.IntegerField(help_text=f"Counts beyond {COUNT_LIMIT:,} are returned as one more than that.")


class DeletionView(TenantView):
    """The common part of the views of deletions."""

    permission: ClassVar[Permission] = Permission.DELETE_MESSAGES

    def get_deletion(self, deletion_id: UUID) -> Deletion:
        """The deletion with this id. Raises Http404 if the key may not see it."""
        return get_object_or_404(deletions_of(self.principal), public_id=deletion_id)


class DeletionFilterSet(StrictFilterSet):
    """Filters of one account's deletions, all combined with AND."""

    kind = filters.ChoiceFilter(choices=DeletionKind.choices)
    state = filters.ChoiceFilter(choices=DeletionState.choices)

    class Meta:
        model = Deletion
        fields: tuple[str, ...] = ()


class DeletionListView(DeletionView):
    """The deletions of the account, newest first, 100 per page."""

    conflicts: ClassVar = {"POST": "A legal hold keeps every message."}

    @extend_schema(
        operation_id="list_deletions", responses=DeletionPageSerializer, parameters=parameters(DeletionFilterSet)
    )
    def get(self, request: Request) -> Response:
        """One page. Follow `next` for older deletions, `previous` for newer ones."""
        filterset = DeletionFilterSet(request.query_params, queryset=deletions_of(self.principal))
        return Response(page_data(DeletionSerializer, filterset, request, column="confirmed_at"))

    @extend_schema(
        operation_id="delete_messages", request=DeletionRequestSerializer,
        responses={202: DeletionSerializer, 200: MatchingSerializer},
    )  # fmt: skip
    def post(self, request: Request) -> Response:
        """Start a deletion in the background: 202 with the deletion. With `dry_run`, 200 with the number of matches."""
        reject_params(request)
        body = validate_body(DeletionRequestSerializer, request)
        if body["dry_run"]:
            return Response({"matching": preview(self.account, self._query(body["filter"]), rows=0)[0]})
        return Response(DeletionSerializer(self._start(body)).data, status=202)

    def _start(self, body: dict[str, Any]) -> Deletion:
        by, reason = self.principal, body["reason"]
        if "umids" in body:
            return jobs.delete_selected(by, body["umids"], reason=reason)
        if "filter" in body:
            return jobs.delete_matching(by, self._query(body["filter"]), reason=reason)
        if by.reach.limited:
            raise PermissionDenied(
                "This API key is limited to subaccounts, but erasing a person affects the whole account."
            )
        field = "person" if "person" in body else "msisdn"
        return jobs.erase_person(by, body[field], reason=reason, field=field)

    def _query(self, words: dict[str, Any]) -> MessageQuery:
        """The query of a filter. Raises ValidationError naming invalid values."""
        try:
            return job_query(self.principal, words)
        except ValidationError as error:
            raise ValidationError({"filter": error.detail}) from None


class DeletionDetailView(DeletionView):
    """One deletion."""

    @extend_schema(operation_id="get_deletion", responses=DeletionSerializer)
    def get(self, request: Request, deletion_id: UUID) -> Response:
        """The deletion and its progress. 404 if the account has none with that id."""
        return Response(detail_data(DeletionSerializer, self.get_deletion(deletion_id), request))


class DeletionStopView(DeletionView):
    """Stopping a deletion."""

    @extend_schema(operation_id="stop_deletion", request=None, responses=DeletionSerializer)
    def post(self, request: Request, deletion_id: UUID) -> Response:
        """Stop the deletion. Messages already deleted stay deleted; a finished deletion does not change."""
        reject_params(request)
        deletion = self.get_deletion(deletion_id)
        jobs.stop(deletion, self.principal)
        deletion.refresh_from_db()
        return Response(DeletionSerializer(deletion).data)


class CertificateView(DeletionView):
    """The certificate of a deletion."""

    @extend_schema(operation_id="get_certificate", responses={(200, "application/json"): OpenApiTypes.OBJECT})
    def get(self, request: Request, deletion_id: UUID) -> HttpResponse:
        """The certificate, whose SHA-256 is in the deletion. 404 until the deletion is finished."""
        reject_params(request)
        certificate = self.get_deletion(deletion_id).certificate
        if not certificate:
            raise Http404
        return HttpResponse(canonical(certificate), content_type="application/json")


def delete_one(view: TenantView, umid: UUID) -> None:
    """Delete one message immediately. Raises Http404 if the key may not see it, Conflict under a legal hold."""
    by = view.principal
    if not visible_umids(by.account, [umid], by.subaccount_ids):
        raise Http404
    deletion = jobs.delete_selected(by, [umid])
    work.work(deletion.pk)
    deletion.refresh_from_db()
    if deletion.removed.get("still_being_sent"):
        raise Conflict("The message is still being sent", remedy="delete it after its status has arrived.")
