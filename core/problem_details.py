"""Errors of the REST API in one shape: problem details (RFC 9457) with the fields that are wrong. And in 8x8's."""

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
    """Turn what a view raised into `{type, title, status, detail, errors: [{field, message}]}`.

    None for anything unexpected: Django answers 500 and logs it.
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
    """413: the body is larger than the API takes."""

    status_code = HTTPStatus.REQUEST_ENTITY_TOO_LARGE


_CODES_OF_8X8 = {400: 1000, 401: 1200, 403: 1201, 404: 1300, 413: 7001}
_MESSAGES_OF_8X8 = {
    401: "Request was not authenticated properly",
    429: "Quota exceeded. Please try again in 1 second(s).",
}


def answer_as_8x8(error: Exception, context: dict[str, Any]) -> Response | None:
    """Turn what a view that speaks 8x8 raised into `{code, message, errorId, timestamp}`; None as above."""
    expected = _expected(error)
    if expected is None:
        return None
    status, message, fields = expected
    said = " ".join(f"{field['field']}: {field['message']}" for field in fields) or message
    return Response(envelope_of_8x8(*words_of_8x8(status, said)), status=status, headers=_headers(error))


def words_of_8x8(status: int, message: str) -> tuple[int, str]:
    """8x8's code for an HTTP status, and what it says with it in place of ours."""
    return _CODES_OF_8X8.get(status, status), _MESSAGES_OF_8X8.get(status, message)


def envelope_of_8x8(code: int, message: str) -> dict[str, Any]:
    """8x8's error body."""
    return {"code": code, "message": message, "errorId": str(uuid.uuid4()), "timestamp": timezone.now()}


def _expected(error: Exception) -> tuple[int, str, list[dict[str, str]]] | None:
    """The status, the message and the fields that are wrong; None for an error that nobody expected."""
    if isinstance(error, Http404):
        error = exceptions.NotFound()
    elif isinstance(error, PermissionDenied):
        error = exceptions.PermissionDenied()
    if not isinstance(error, exceptions.APIException | UserError):
        return None
    set_rollback()
    if isinstance(error, UserError):
        named = error.field and error.status == HTTPStatus.BAD_REQUEST
        return int(error.status), str(error), [{"field": error.field, "message": str(error)}] if named else []
    wrong = _fields("", error.detail) if isinstance(error, exceptions.ValidationError) else ()
    return error.status_code, str(error.detail), list(wrong)


def headers_of(answer: Response) -> dict[str, str]:
    """Those that an error keeps when its body is written in another shape."""
    return {name: answer.headers[name] for name in _HEADERS if name in answer.headers}


_HEADERS = ("WWW-Authenticate", "Retry-After", "Connection")


def _headers(error: Exception) -> dict[str, str]:
    """What DRF and ours say beside the body: how to log in at a 401, when to come again at a 409 or 429."""
    about = (
        getattr(error, "auth_header", None),
        getattr(error, "wait", None),
        "close" if isinstance(error, TooLarge) else None,  # the rest of the body stays unread
    )
    return {name: str(value) for name, value in zip(_HEADERS, about, strict=True) if value is not None}


def _fields(path: str, detail: Any) -> list[dict[str, str]]:
    if isinstance(detail, dict):
        inner = {"" if name == api_settings.NON_FIELD_ERRORS_KEY else name: about for name, about in detail.items()}
        return [row for name, about in inner.items() for row in _fields(f"{path}.{name}".strip("."), about)]
    if isinstance(detail, list):
        return [row for inner in detail for row in _fields(path, inner)]
    return [{"field": path, "message": str(detail)}]
