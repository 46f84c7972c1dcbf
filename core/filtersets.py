"""The filters of REST lists (django-filter): strict, and described in the OpenAPI schema."""

from typing import Any, ClassVar

import django_filters as filters
from django import forms
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter
from rest_framework.exceptions import ValidationError

from core.filters import PAGING
from core.paging import Cursor
from core.sparse import PARAMETER


class WholeNumberFilter(filters.Filter):
    """A number without decimals; NumberFilter takes 1.5 for 1."""

    field_class = forms.IntegerField


class MomentField(filters.fields.IsoDateTimeField):
    """A time that a database and every zone can hold: 9999-12-31T23:59-23:59 is none in UTC."""

    def clean(self, value: Any) -> Any:
        """The time; None without one. Raises ValidationError."""
        moment = super().clean(value)
        if moment is not None and not 1970 <= moment.year <= 2100:
            raise forms.ValidationError(gettext_lazy("Give a time between 1970 and 2100."), code="range")
        return moment


class MomentFilter(filters.IsoDateTimeFilter):
    """A time with its offset, in ISO 8601."""

    field_class = MomentField


class StrictFilterSet(filters.FilterSet):
    """Filters that refuse what they do not know; `several` may be given more than once."""

    several: ClassVar[frozenset[str]] = frozenset()

    def checked(self) -> QuerySet[Any]:
        """The filtered rows. Raises ValidationError for bad values and for names nobody knows."""
        unknown = set(self.data or ()) - set(self.filters) - {*PAGING, PARAMETER}
        errors = (
            {name: ["There is no such parameter."] for name in sorted(unknown)} | self._twice() | self._wrong_cursors()
        )
        if not self.is_valid() or errors:
            raise ValidationError({**errors, **self.errors})
        rows: QuerySet[Any] = self.qs
        return rows

    def _twice(self) -> dict[str, list[str]]:
        """Django would take the last and say nothing."""
        several = {name for name, values in getattr(self.data, "lists", dict)() if len(values) > 1} - self.several
        return {name: ["Give it once."] for name in sorted(several)}

    def _wrong_cursors(self) -> dict[str, list[str]]:
        """A page that garbles a cursor starts over; a program would run in circles."""
        errors = {}
        for name in PAGING:
            try:
                Cursor.parse((self.data or {}).get(name) or "0-0")
            except ValueError:
                errors[name] = ["This is no cursor: follow next and previous as they are."]
        return errors


def parameters(filterset: type[StrictFilterSet]) -> list[OpenApiParameter]:
    """The filters as the OpenAPI schema describes them."""
    return [
        OpenApiParameter(
            name,
            _TYPES.get(type(field), OpenApiTypes.STR),
            enum=[value for value, _ in field.extra.get("choices", ())],
            many=isinstance(field, filters.MultipleChoiceFilter),
            description=field.extra.get("help_text", ""),
        )
        for name, field in filterset.base_filters.items()
    ] + [OpenApiParameter(name, description="A cursor, from next or previous") for name in PAGING]


_TYPES = {
    WholeNumberFilter: OpenApiTypes.INT,
    filters.UUIDFilter: OpenApiTypes.UUID,
    MomentFilter: OpenApiTypes.DATETIME,
}
