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


def exception_handler(error: Exception, context: dict[str, Any]) -> Response | None:
    """Turn what a view raised into `{type, title, status, detail, errors: [{field, message}]}`.

    None for anything unexpected: Django answers 500 and logs it.
    """
    expected = _expected(error)
    if expected is None:
        return None
    error, fields = expected
    detail = "Some fields are not valid." if fields else str(error.detail)
    return Response(
        problem(error.status_code, detail, fields), status=error.status_code, headers=_headers(error),
        content_type="application/problem+json",
    )  # fmt: skip


def problem(status: int, detail: str, errors: list[dict[str, str]]) -> dict[str, Any]:
    """Problem details (RFC 9457)."""
    title = HTTPStatus(status).phrase
    return {"type": "about:blank", "title": title, "status": status, "detail": detail, "errors": errors}


class Conflict(exceptions.APIException):
    """409: the request contradicts another one. `wait` is after how many seconds it may not any more."""

    status_code = HTTPStatus.CONFLICT

    def __init__(self, detail: str, wait: int | None = None) -> None:
        super().__init__(detail)
        self.wait = wait


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
    error, fields = expected
    message = " ".join(f"{field['field']}: {field['message']}" for field in fields) or str(error.detail)
    answer = envelope_of_8x8(*words_of_8x8(error.status_code, message))
    return Response(answer, status=error.status_code, headers=_headers(error))


def words_of_8x8(status: int, message: str) -> tuple[int, str]:
    """8x8's code for an HTTP status, and what it says with it in place of ours."""
    return _CODES_OF_8X8.get(status, status), _MESSAGES_OF_8X8.get(status, message)


def envelope_of_8x8(code: int, message: str) -> dict[str, Any]:
    """8x8's error body."""
    return {"code": code, "message": message, "errorId": str(uuid.uuid4()), "timestamp": timezone.now()}


def _expected(error: Exception) -> tuple[exceptions.APIException, list[dict[str, str]]] | None:
    """The error as REST knows it and the fields that are wrong; None for one that nobody expected."""
    if isinstance(error, Http404):
        error = exceptions.NotFound()
    elif isinstance(error, PermissionDenied):
        error = exceptions.PermissionDenied()
    if not isinstance(error, exceptions.APIException):
        return None
    set_rollback()
    return error, list(_fields("", error.detail)) if isinstance(error, exceptions.ValidationError) else []


def headers_of(answer: Response) -> dict[str, str]:
    """Those that an error keeps when its body is written in another shape."""
    return {name: answer.headers[name] for name in _HEADERS if name in answer.headers}


_HEADERS = ("WWW-Authenticate", "Retry-After", "Connection")


def _headers(error: exceptions.APIException) -> dict[str, str]:
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
