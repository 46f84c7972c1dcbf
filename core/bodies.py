"""Bodies of requests: read whole and within bounds, and without a field that nobody knows."""

from collections.abc import Mapping
from io import BytesIO
from typing import Any

from rest_framework import serializers
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request


class StrictSerializer(serializers.Serializer[Any]):
    """A body, or an object in one, that refuses fields nobody knows: left out, a misspelt one would go unnoticed."""

    def to_internal_value(self, data: Any) -> Any:
        """The fields. Raises ValidationError for all that is wrong at once."""
        names = sorted(str(name) for name in data if name not in self.fields) if isinstance(data, Mapping) else []
        unknown = {name: ["There is no such field."] for name in names}
        try:
            found = super().to_internal_value(data)
        except ValidationError as wrong:
            raise ValidationError({**unknown, **wrong.detail}) from None  # type: ignore[dict-item] # always by name
        if unknown:
            raise ValidationError(unknown)
        return found


def checked_body(serializer: type[StrictSerializer], request: Request) -> dict[str, Any]:
    """The fields of a JSON body. Raises ValidationError naming those that are unknown or wrong."""
    asked = serializer(data=request.data)
    asked.is_valid(raise_exception=True)
    found: dict[str, Any] = asked.validated_data
    return found


class BodyTooLarge(Exception):
    """The body is larger than the view takes."""


def read_body(request: Any, most: int) -> bytes:
    """The raw body of a Django request, at most `most` bytes, kept on it for whoever reads it next.

    Also that of a chunked request, which has no Content-Length and whose body Django takes for empty. Raises
    BodyTooLarge, and UnreadablePostError when the client went away.
    """
    meta = request.META
    if "chunked" in request.headers.get("Transfer-Encoding", "").lower():
        body: bytes = meta["wsgi.input"].read(most + 1)
    elif int(meta.get("CONTENT_LENGTH") or 0) > most:
        raise BodyTooLarge
    else:
        body = request.read()
    if len(body) > most:
        raise BodyTooLarge
    meta["CONTENT_LENGTH"] = str(len(body))
    request._body, request._stream, request._read_started = body, BytesIO(body), True
    return body
