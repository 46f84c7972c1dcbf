"""The filters of REST lists: strict, and described in the OpenAPI schema."""

from collections.abc import Collection, Mapping
from typing import Any, ClassVar, Protocol

import django_filters as filters
from django.db.models import QuerySet
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter
from rest_framework.exceptions import ValidationError

from core.filters import BLANK, PAGING
from core.forms import MomentField
from core.paging import Cursor
from core.sparse import PARAMETER

CURSORS = [OpenApiParameter(name, description="A cursor, from next or previous") for name in PAGING]


class RowQuery(Protocol):
    """The query for the rows of a list: its parameters can be invalid."""

    def validated_rows(self) -> QuerySet[Any]:
        """The filtered rows. Raises ValidationError naming the parameters that are wrong."""


class MomentFilter(filters.IsoDateTimeFilter):
    """A time with its offset, in ISO 8601."""

    field_class = MomentField


class StrictFilterSet(filters.FilterSet):
    """Filters that refuse unknown parameters; those in `repeatable` can be repeated."""

    repeatable: ClassVar[frozenset[str]] = frozenset()

    def validated_rows(self) -> QuerySet[Any]:
        """The filtered rows. Raises ValidationError for invalid and blank values and for unknown names."""
        errors = param_errors(self.data or {}, self.filters, self.repeatable)
        if not self.is_valid() or errors:
            raise ValidationError({**errors, **self.errors, **errors})  # unknown names first
        rows: QuerySet[Any] = self.qs
        return rows


def param_errors(
    params: Mapping[str, Any], known_names: Collection[str], repeatable: Collection[str]
) -> dict[str, list[str]]:
    """What is wrong with the parameters of any list: unknown, blank or repeated names, and invalid cursors."""
    values_by_name = dict(getattr(params, "lists", dict)())
    unknown = sorted(set(values_by_name) - {*known_names, *PAGING, PARAMETER})
    errors = {name: ["There is no such parameter."] for name in unknown}
    for name, values in values_by_name.items():
        if name in errors:
            continue
        if not all(value.strip() for value in values):
            errors[name] = [BLANK]  # an unfiltered list would look like the filtered one
        elif len(values) > 1 and name not in repeatable:
            errors[name] = ["Provide this parameter only once."]  # Django would silently take the last value
        elif name in PAGING and not _is_cursor(values[0]):
            errors[name] = ["Invalid cursor: use the next and previous links unchanged."]
    return errors


def _is_cursor(text: str) -> bool:
    """Whether a program can go on from here. With a broken cursor it would start over, again and again."""
    try:
        Cursor.parse(text)
    except ValueError:
        return False
    return True


def parameters(filterset: type[StrictFilterSet]) -> list[OpenApiParameter]:
    """The filters as the OpenAPI schema describes them."""
    return [
        OpenApiParameter(
            name,
            OpenApiTypes.DATETIME if isinstance(field, MomentFilter) else OpenApiTypes.STR,
            enum=[value for value, _ in field.extra.get("choices", ())],
            many=isinstance(field, filters.MultipleChoiceFilter),
            description=field.extra.get("help_text", ""),
        )
        for name, field in filterset.base_filters.items()
    ] + CURSORS
