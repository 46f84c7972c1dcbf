"""REST: the suppression list."""

from collections.abc import Mapping
from typing import Any, ClassVar

import django_filters as filters
from django.db.models import QuerySet
from django.shortcuts import get_object_or_404
from drf_spectacular.utils import OpenApiParameter, extend_schema, extend_schema_field
from rest_framework import serializers
from rest_framework.exceptions import PermissionDenied, ValidationError
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.api import TenantView
from accounts.enums import Permission
from accounts.models import Account
from core.bodies import StrictSerializer, validate_body
from core.errors import UserError
from core.filtersets import StrictFilterSet, parameters
from core.links import PageSerializer
from core.queries import validate_params
from core.resources import detail_data, page_data
from core.sparse import SparseSerializer
from messaging.persons.enums import IdentityKind
from messaging.persons.resolution import Identity
from messaging.suppression import services
from messaging.suppression.enums import ERASED, Source
from messaging.suppression.files import read_person
from messaging.suppression.models import Suppression, SuppressionEvent
from messaging.suppression.selectors.entries import (
    ALL,
    LIFTED,
    EntryFilter,
    displayed_person,
    effective_stops,
    entries,
    history_of,
    last_events,
)

STATES = [("stopped", "stopped"), (LIFTED, "lifted"), (ALL, "all")]


class SuppressionSerializer(SparseSerializer, serializers.ModelSerializer[Suppression]):
    """An entry of the suppression list."""

    # The context has `whole` (whether full numbers are visible), `events` and `stops` by entry id.

    msisdn = serializers.SerializerMethodField(help_text="Digits; masked without msisdn:read. Empty without a number.")
    user_id = serializers.SerializerMethodField(help_text="Masked without msisdn:read. Empty without one.")
    scope = serializers.SerializerMethodField(help_text="What is stopped: always `marketing`.")
    is_stopped = serializers.SerializerMethodField(
        help_text="Whether marketing is refused now; also false if another identity of the person lifted it."
    )
    since = serializers.DateTimeField(source="changed_at", help_text="The last stop or lifting.")
    source = serializers.SerializerMethodField()  # type: ignore[assignment] # the name of a field
    reason = serializers.SerializerMethodField()
    actor = serializers.SerializerMethodField(help_text="Who did it, if not the person.")

    class Meta:
        model = Suppression
        fields: tuple[str, ...] = (
            "id", "msisdn", "user_id", "scope", "is_stopped", "since", "source", "reason", "actor",
        )  # fmt: skip

    def get_msisdn(self, entry: Suppression) -> str:
        """The number."""
        return self._person(entry) if entry.kind == IdentityKind.NUMBER else ""

    def get_user_id(self, entry: Suppression) -> str:
        """The user id or parent id."""
        return self._person(entry) if entry.kind not in {IdentityKind.NUMBER, ERASED} else ""

    def _person(self, entry: Suppression) -> str:
        return displayed_person(entry, whole=self.context["whole"])

    def get_scope(self, entry: Suppression) -> str:
        """What is stopped."""
        return "marketing"

    def get_is_stopped(self, entry: Suppression) -> bool:
        """Whether it counts."""
        return entry.pk in self.context["stops"]

    @extend_schema_field(serializers.ChoiceField(Source.choices, allow_null=True))
    def get_source(self, entry: Suppression) -> str | None:
        """Of the last stop or lifting; null for an erased person."""
        return event.source if (event := self._event(entry)) else None

    def get_reason(self, entry: Suppression) -> str:
        """The reason of the last stop or lifting."""
        return event.reason if (event := self._event(entry)) else ""

    def get_actor(self, entry: Suppression) -> str:
        """Who did it."""
        return event.actor if (event := self._event(entry)) else ""

    def _event(self, entry: Suppression) -> SuppressionEvent | None:
        found: SuppressionEvent | None = self.context["events"].get(entry.pk)
        return found


class SuppressionEventSerializer(serializers.ModelSerializer[SuppressionEvent]):
    """A stop or its lifting."""

    class Meta:
        model = SuppressionEvent
        fields = ("at", "action", "source", "reason", "actor")


class SuppressionDetailSerializer(SuppressionSerializer):
    """An entry with its history."""

    history = serializers.SerializerMethodField()

    class Meta(SuppressionSerializer.Meta):
        fields = (*SuppressionSerializer.Meta.fields, "history")

    @extend_schema_field(SuppressionEventSerializer(many=True))
    def get_history(self, entry: Suppression) -> Any:
        """The events, newest first."""
        return SuppressionEventSerializer(history_of(entry), many=True).data


class SuppressionPageSerializer(PageSerializer):
    """A page of entries with links to the next and previous pages."""

    results = SuppressionSerializer(many=True)


class StopSerializer(StrictSerializer):
    """A person to stop marketing to."""

    person = serializers.CharField(max_length=160, help_text="A number with its country code, or a user id.")
    reason = serializers.CharField(max_length=255, required=False, allow_blank=True, default="")


class LiftSerializer(serializers.Serializer[Any]):
    """The parameters of a lifting."""

    reason = serializers.CharField(max_length=255, required=False, default="", help_text="It stays in the history.")


class CsvSerializer(StrictSerializer):
    """A CSV to import."""

    csv = serializers.CharField(
        max_length=10 * 1024 * 1024, trim_whitespace=False,
        help_text="The text of the file; its columns are those of the page.",
    )  # fmt: skip


class RowProblemSerializer(serializers.Serializer[Any]):
    """A row that was not imported."""

    row = serializers.IntegerField(source="line", help_text="The header is row 1.")
    person = serializers.CharField(source="text")
    problem = serializers.CharField(help_text="With the remedy.")


class ImportedSerializer(serializers.Serializer[Any]):
    """The result of an import."""

    added = serializers.IntegerField()
    already = serializers.IntegerField(help_text="Persons who were on the list.")
    problems = RowProblemSerializer(many=True)


class SuppressionFilterSet(StrictFilterSet):
    """The filters of the list."""

    state = filters.ChoiceFilter(choices=STATES, method="keep", help_text="The default is stopped.")
    source = filters.ChoiceFilter(choices=Source.choices, method="keep")
    person = filters.CharFilter(method="keep", help_text="A number with its country code, or a user id.")

    class Meta:
        model = Suppression
        fields: tuple[str, ...] = ()

    def __init__(self, *args: Any, account: Account, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._account = account

    def keep(self, rows: QuerySet[Suppression], name: str, value: str) -> QuerySet[Suppression]:
        """Nothing: `validated_rows` applies all filters together."""
        return rows

    def validated_rows(self) -> QuerySet[Any]:
        """The rows. Raises ValidationError naming the parameters that are wrong."""
        super().validated_rows()
        cleaned: Mapping[str, str] = self.form.cleaned_data
        state = "" if cleaned["state"] == "stopped" else cleaned["state"]
        person = read_identity(cleaned["person"]) if cleaned["person"] else None
        return entries(self._account, EntryFilter(state, cleaned["source"], person))


def read_identity(text: str) -> Identity:
    """The identity of a field `person`; raises ValidationError with the remedy."""
    try:
        return read_person(text)
    except UserError as error:
        raise ValidationError({"person": [str(error)]}) from None


class SuppressionBaseView(TenantView):
    """The base of the views of the suppression list."""

    permission: ClassVar[Permission] = Permission.MANAGE_SUPPRESSION
    permissions: ClassVar[Mapping[str, tuple[Permission, ...]]] = {"GET": (Permission.VIEW_MESSAGES,)}

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        """Also refuse keys limited to subaccounts: the list covers the whole account."""
        super().initial(request, *args, **kwargs)
        if self.principal.reach.limited:
            raise PermissionDenied("This API key is limited to subaccounts, but the list belongs to the whole account.")

    def context(self, rows: list[Any], fields: set[str] | None = None) -> dict[str, Any]:
        """The context of the serializers."""
        return {
            "whole": self.principal.may(Permission.VIEW_NUMBERS), "events": last_events(rows),
            "stops": effective_stops(self.account, rows),
        }  # fmt: skip


class SuppressionListView(SuppressionBaseView):
    """The list, 100 entries per page."""

    @extend_schema(
        operation_id="list_suppressions", responses=SuppressionPageSerializer,
        parameters=parameters(SuppressionFilterSet),
    )  # fmt: skip
    def get(self, request: Request) -> Response:
        """One page, the last changed first. Follow `next` for older entries, `previous` for newer ones."""
        query = SuppressionFilterSet(request.query_params, queryset=Suppression.objects.none(), account=self.account)
        return Response(page_data(SuppressionSerializer, query, request, column="changed_at", context=self.context))

    @extend_schema(operation_id="add_suppression", request=StopSerializer, responses={200: SuppressionSerializer})
    def post(self, request: Request) -> Response:
        """Stop marketing to a person. Repeating it changes nothing and returns the same entry."""
        validate_params(serializers.Serializer, request)
        body = validate_body(StopSerializer, request)
        identity = read_identity(body["person"])
        entry, _ = services.add(identity, by=self.principal, source=Source.API, reason=body["reason"])
        return Response(SuppressionSerializer(entry, context=self.context([entry])).data)


class SuppressionView(SuppressionBaseView):
    """One entry."""

    @extend_schema(operation_id="get_suppression", responses=SuppressionDetailSerializer)
    def get(self, request: Request, suppression_id: int) -> Response:
        """The entry with its history; 404 if the account has none with that id."""
        return Response(detail_data(SuppressionDetailSerializer, self._entry(suppression_id), request, self.context))

    @extend_schema(
        operation_id="lift_suppression", request=None, responses={200: SuppressionSerializer},
        parameters=[OpenApiParameter("reason", description="It stays in the history.")],
    )  # fmt: skip
    def delete(self, request: Request, suppression_id: int) -> Response:
        """Lift all stops of the person. The entry and its history stay; repeating it changes nothing."""
        reason = validate_params(LiftSerializer, request)["reason"]
        services.lift(self._entry(suppression_id), by=self.principal, source=Source.API, reason=reason)
        entry = self._entry(suppression_id)
        return Response(SuppressionSerializer(entry, context=self.context([entry])).data)

    def _entry(self, suppression_id: int) -> Suppression:
        return get_object_or_404(Suppression, account=self.account, pk=suppression_id)


class SuppressionImportView(SuppressionBaseView):
    """Import of a CSV."""

    @extend_schema(operation_id="import_suppressions", request=CsvSerializer, responses=ImportedSerializer)
    def post(self, request: Request) -> Response:
        """Add the persons of a CSV. Rows that cannot be used are returned with the remedy; the others are added."""
        validate_params(serializers.Serializer, request)
        try:
            result = services.import_csv(validate_body(CsvSerializer, request)["csv"], by=self.principal)
        except UserError as error:
            raise ValidationError({"csv": [str(error)]}) from None
        return Response(ImportedSerializer(result).data)
