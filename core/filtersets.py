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


class Listed(Protocol):
    """The rows of a list, once its parameters are checked."""

    def checked(self) -> QuerySet[Any]:
        """The filtered rows. Raises ValidationError naming the parameters that are wrong."""


class MomentFilter(filters.IsoDateTimeFilter):
    """A time with its offset, in ISO 8601."""

    field_class = MomentField


class StrictFilterSet(filters.FilterSet):
    """Filters that refuse what they do not know; `several` may be given more than once."""

    several: ClassVar[frozenset[str]] = frozenset()

    def checked(self) -> QuerySet[Any]:
        """The filtered rows. Raises ValidationError for bad and blank values and for names nobody knows."""
        errors = misgiven(self.data or {}, self.filters, self.several)
        if not self.is_valid() or errors:
            raise ValidationError({**errors, **self.errors, **errors})  # unknown names first
        rows: QuerySet[Any] = self.qs
        return rows


def misgiven(params: Mapping[str, Any], known: Collection[str], several: Collection[str]) -> dict[str, list[str]]:
    """What is wrong with the parameters of a list, whatever they mean: unknown, blank, given twice, no cursor."""
    given = dict(getattr(params, "lists", dict)())
    wrong = {name: ["There is no such parameter."] for name in sorted(set(given) - {*known, *PAGING, PARAMETER})}
    for name, values in given.items():
        if name in wrong:
            continue
        if not all(values):
            wrong[name] = [BLANK]  # a list of everything would look like what was asked for
        elif len(values) > 1 and name not in several:
            wrong[name] = ["Provide this parameter only once."]  # Django would take the last and say nothing
        elif name in PAGING and not _is_cursor(values[0]):
            wrong[name] = ["Invalid cursor: use the next and previous links unchanged."]
    return wrong


def _is_cursor(text: str) -> bool:
    """A page that garbles a cursor starts over; a program would run in circles."""
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
