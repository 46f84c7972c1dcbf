"""Request bodies: reading them up to a size, and refusing unknown fields."""

from collections.abc import Mapping
from io import BytesIO
from typing import Any

from rest_framework import serializers
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request


class StrictSerializer(serializers.Serializer[Any]):
    """A body, or an object in one, that refuses unknown fields: a misspelt name would otherwise go unnoticed."""

    def to_internal_value(self, data: Any) -> Any:
        """The fields. Raises one ValidationError with everything that is wrong."""
        names = sorted(str(name) for name in data if name not in self.fields) if isinstance(data, Mapping) else []
        unknown = {name: ["There is no such field."] for name in names}
        try:
            fields = super().to_internal_value(data)
        except ValidationError as wrong:
            raise ValidationError({**unknown, **wrong.detail}) from None  # type: ignore[dict-item] # always by name
        if unknown:
            raise ValidationError(unknown)
        return fields


def validate_body(serializer: type[StrictSerializer], request: Request) -> dict[str, Any]:
    """The fields of a JSON body. Raises ValidationError naming unknown and invalid fields."""
    body = serializer(data=request.data)
    body.is_valid(raise_exception=True)
    fields: dict[str, Any] = body.validated_data
    return fields


class BodyTooLarge(Exception):
    """The body is larger than the view accepts."""


def read_body(request: Any, limit: int) -> bytes:
    """Read the raw body of a Django request, at most `limit` bytes, and keep it on the request for later reads.

    This includes chunked requests: they have no Content-Length, and Django takes their body for empty. Raises
    BodyTooLarge, and UnreadablePostError if the client disconnects.
    """
    meta = request.META
    if "chunked" in request.headers.get("Transfer-Encoding", "").lower():
        body: bytes = meta["wsgi.input"].read(limit + 1)
    elif int(meta.get("CONTENT_LENGTH") or 0) > limit:
        raise BodyTooLarge
    else:
        body = request.read()
    if len(body) > limit:
        raise BodyTooLarge
    meta["CONTENT_LENGTH"] = str(len(body))
    request._body, request._stream, request._read_started = body, BytesIO(body), True
    return body
