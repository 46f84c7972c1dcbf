"""Errors of the REST API: problem details (RFC 9457) with the invalid fields, or 8x8's envelope."""

import uuid
from http import HTTPStatus
from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import Http404
from django.utils import timezone
from rest_framework import exceptions
from rest_framework.response import Response
from rest_framework.settings import api_settings
from rest_framework.views import set_rollback

from core.errors import UserError


def exception_handler(error: Exception, context: dict[str, Any]) -> Response | None:
    """Turn an exception of a view into `{type, title, status, detail, errors: [{field, message}]}`.

    None for an unexpected one: Django responds with 500 and logs it.
    """
    expected = _expected(error)
    if expected is None:
        return None
    status, message, fields = expected
    detail = "Some fields are not valid." if fields else message
    return Response(
        problem(status, detail, fields), status=status, headers=_headers(error), content_type="application/problem+json"
    )


def problem(status: int, detail: str, errors: list[dict[str, str]]) -> dict[str, Any]:
    """Problem details (RFC 9457)."""
    title = HTTPStatus(status).phrase
    return {"type": "about:blank", "title": title, "status": status, "detail": detail, "errors": errors}


class TooLarge(exceptions.APIException):
    """413: the body is larger than the API accepts."""

    status_code = HTTPStatus.REQUEST_ENTITY_TOO_LARGE


_CODES_OF_8X8 = {400: 1000, 401: 1200, 403: 1201, 404: 1300, 413: 7001}
_MESSAGES_OF_8X8 = {
    401: "Request was not authenticated properly",
    429: "Quota exceeded. Please try again in 1 second(s).",
}


def exception_handler_8x8(error: Exception, context: dict[str, Any]) -> Response | None:
    """Turn an exception of a view in 8x8's format into `{code, message, errorId, timestamp}`; None as above."""
    expected = _expected(error)
    if expected is None:
        return None
    status, message, fields = expected
    text = " ".join(f"{field['field']}: {field['message']}" for field in fields) or message
    return Response(envelope_of_8x8(*words_of_8x8(status, text)), status=status, headers=_headers(error))


def words_of_8x8(status: int, message: str) -> tuple[int, str]:
    """8x8's code for an HTTP status, and 8x8's message where it has its own."""
    return _CODES_OF_8X8.get(status, status), _MESSAGES_OF_8X8.get(status, message)


def envelope_of_8x8(code: int, message: str) -> dict[str, Any]:
    """8x8's error body."""
    return {"code": code, "message": message, "errorId": str(uuid.uuid4()), "timestamp": timezone.now()}


def _expected(error: Exception) -> tuple[int, str, list[dict[str, str]]] | None:
    """The status, the message and the invalid fields; None for an unexpected exception."""
    if isinstance(error, Http404):
        error = exceptions.NotFound()
    elif isinstance(error, PermissionDenied):
        error = exceptions.PermissionDenied()
    if not isinstance(error, exceptions.APIException | UserError):
        return None
    set_rollback()
    if isinstance(error, UserError):
        has_field = error.field and error.status == HTTPStatus.BAD_REQUEST
        return int(error.status), str(error), [{"field": error.field, "message": str(error)}] if has_field else []
    fields = _fields("", error.detail) if isinstance(error, exceptions.ValidationError) else ()
    return error.status_code, str(error.detail), list(fields)


def headers_of(response: Response) -> dict[str, str]:
    """The headers that an error keeps when its body is rewritten in another format."""
    return {name: response.headers[name] for name in _HEADERS if name in response.headers}


_HEADERS = ("WWW-Authenticate", "Retry-After", "Connection")


def _headers(error: Exception) -> dict[str, str]:
    """The headers of an error: how to authenticate for 401, when to retry for 409 and 429."""
    values = (
        getattr(error, "auth_header", None),
        getattr(error, "wait", None),
        "close" if isinstance(error, TooLarge) else None,  # the rest of the body stays unread
    )
    return {name: str(value) for name, value in zip(_HEADERS, values, strict=True) if value is not None}


def _fields(path: str, detail: Any) -> list[dict[str, str]]:
    if isinstance(detail, dict):
        inner = {"" if name == api_settings.NON_FIELD_ERRORS_KEY else name: errors for name, errors in detail.items()}
        return [row for name, errors in inner.items() for row in _fields(f"{path}.{name}".strip("."), errors)]
    if isinstance(detail, list):
        return [row for inner in detail for row in _fields(path, inner)]
    return [{"field": path, "message": str(detail)}]
