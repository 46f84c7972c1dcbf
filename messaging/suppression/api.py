"""REST: the suppression list."""

from collections.abc import Mapping
from typing import Any, ClassVar

import django_filters as filters
from django.db.models import QuerySet
from django.shortcuts import get_object_or_404
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.exceptions import PermissionDenied, ValidationError
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.api import TenantView
from accounts.enums import Permission
from accounts.models import Account
from core.bodies import validate_body
from core.errors import UserError
from core.filtersets import StrictFilterSet, parameters
from core.queries import validate_params
from core.resources import detail_data, page_data
from messaging.persons.resolution import Identity
from messaging.suppression import services
from messaging.suppression.enums import Source
from messaging.suppression.files import read_person
from messaging.suppression.models import Suppression
from messaging.suppression.selectors.entries import (
    ALL,
    LIFTED,
    NEEDS_WHOLE_NUMBERS,
    EntryFilter,
    effective_stops,
    entries,
    last_events,
)
from messaging.suppression.serializers import (
    CsvSerializer,
    ImportResultSerializer,
    LiftSerializer,
    StopSerializer,
    SuppressionDetailSerializer,
    SuppressionPageSerializer,
    SuppressionSerializer,
)

STATES = [("stopped", "stopped"), (LIFTED, "lifted"), (ALL, "all")]


class SuppressionFilterSet(StrictFilterSet):
    """The filters of the list."""

    state = filters.ChoiceFilter(choices=STATES, method="leave_rows", help_text="The default is stopped.")
    source = filters.ChoiceFilter(choices=Source.choices, method="leave_rows")
    person = filters.CharFilter(
        method="leave_rows", help_text="A number with its country code, or a user id. Requires `msisdn:read`."
    )

    class Meta:
        model = Suppression
        fields: tuple[str, ...] = ()

    def __init__(self, *args: Any, account: Account, masked_numbers: bool, **kwargs: Any) -> None:
        """`masked_numbers`: for keys that see masked numbers and cannot search by them."""
        super().__init__(*args, **kwargs)
        self._account, self._masked_numbers = account, masked_numbers

    def leave_rows(self, rows: QuerySet[Suppression], name: str, value: str) -> QuerySet[Suppression]:
        """Nothing: `validated_rows` applies all filters together."""
        return rows

    def validated_rows(self) -> QuerySet[Any]:
        """The rows. Raises ValidationError naming the parameters that are wrong."""
        super().validated_rows()
        cleaned: Mapping[str, str] = self.form.cleaned_data
        if cleaned["person"] and self._masked_numbers:
            raise ValidationError({"person": [str(NEEDS_WHOLE_NUMBERS)]})
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
        query = SuppressionFilterSet(
            request.query_params, queryset=Suppression.objects.none(), account=self.account,
            masked_numbers=not self.principal.may(Permission.VIEW_NUMBERS),
        )  # fmt: skip
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

    @extend_schema(operation_id="import_suppressions", request=CsvSerializer, responses=ImportResultSerializer)
    def post(self, request: Request) -> Response:
        """Add the persons of a CSV. Rows that cannot be used are returned with the remedy; the others are added."""
        validate_params(serializers.Serializer, request)
        try:
            result = services.import_csv(validate_body(CsvSerializer, request)["csv"], by=self.principal)
        except UserError as error:
            raise ValidationError({"csv": [str(error)]}) from None
        return Response(ImportResultSerializer(result).data)
