"""The parameters in a URL of REST, for views without a filter set."""

from typing import Any

from rest_framework.exceptions import ValidationError
from rest_framework.request import Request
from rest_framework.serializers import Serializer


def checked(serializer: type[Serializer[Any]], request: Request) -> dict[str, Any]:
    """The parameters of a request. Raises ValidationError for bad values, unknown names and names given twice."""
    given = request.query_params
    asked = serializer(data=given.dict())
    errors = {name: ["There is no such parameter."] for name in sorted(given.keys() - asked.fields.keys())}
    errors |= {name: ["Give it once."] for name, values in sorted(given.lists()) if len(values) > 1}
    if not asked.is_valid() or errors:
        raise ValidationError({**errors, **asked.errors})
    found: dict[str, Any] = asked.validated_data
    return found


def nothing_asked(request: Request) -> None:
    """For a view without parameters. Raises ValidationError when there are any."""
    checked(Serializer, request)
