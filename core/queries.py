"""The parameters in a URL of REST, for views without a filter set."""

from collections.abc import Collection
from typing import Any

from rest_framework.exceptions import ValidationError
from rest_framework.request import Request
from rest_framework.serializers import Serializer


def checked(serializer: type[Serializer[Any]], request: Request) -> dict[str, Any]:
    """The parameters of a request. Raises ValidationError for bad values, unknown names and names given twice."""
    asked = serializer(data=request.query_params.dict())
    errors = _misnamed(request, asked.fields)
    if not asked.is_valid() or errors:
        raise ValidationError({**errors, **asked.errors})
    found: dict[str, Any] = asked.validated_data
    return found


def nothing_asked(request: Request, but: Collection[str] = ()) -> None:
    """For a view without parameters, or with these alone. Raises ValidationError when there are others."""
    if errors := _misnamed(request, but):
        raise ValidationError(errors)


def _misnamed(request: Request, known: Collection[str]) -> dict[str, list[str]]:
    given = request.query_params
    errors = {name: ["There is no such parameter."] for name in sorted(given) if name not in known}
    return errors | {
        name: ["Provide this parameter only once."] for name, values in sorted(given.lists()) if len(values) > 1
    }
