"""The query parameters of REST views without a filter set."""

from collections.abc import Collection
from typing import Any

from rest_framework.exceptions import ValidationError
from rest_framework.request import Request
from rest_framework.serializers import Serializer


def validate_params(serializer: type[Serializer[Any]], request: Request) -> dict[str, Any]:
    """The validated parameters. Raises ValidationError for bad values, unknown names and repeated names."""
    params = serializer(data=request.query_params.dict())
    errors = _name_errors(request, params.fields)
    if not params.is_valid() or errors:
        raise ValidationError({**errors, **params.errors})
    validated: dict[str, Any] = params.validated_data
    return validated


def reject_params(request: Request, *, except_for: Collection[str] = ()) -> None:
    """Raise ValidationError if the request has parameters other than these."""
    if errors := _name_errors(request, except_for):
        raise ValidationError(errors)


def _name_errors(request: Request, known_names: Collection[str]) -> dict[str, list[str]]:
    params = request.query_params
    errors = {name: ["There is no such parameter."] for name in sorted(params) if name not in known_names}
    return errors | {
        name: ["Provide this parameter only once."] for name, values in sorted(params.lists()) if len(values) > 1
    }
