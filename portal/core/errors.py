"""Errors of the REST API in one shape: problem details (RFC 9457) with the fields that are wrong."""

from http import HTTPStatus
from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import Http404
from rest_framework import exceptions
from rest_framework.response import Response
from rest_framework.settings import api_settings
from rest_framework.views import set_rollback


def exception_handler(error: Exception, context: dict[str, Any]) -> Response | None:
    """Turn what a view raised into `{type, title, status, detail, errors: [{field, message}]}`.

    None for anything unexpected: Django answers 500 and logs it.
    """
    if isinstance(error, Http404):
        error = exceptions.NotFound()
    elif isinstance(error, PermissionDenied):
        error = exceptions.PermissionDenied()
    if not isinstance(error, exceptions.APIException):
        return None
    set_rollback()
    fields = list(_fields("", error.detail)) if isinstance(error, exceptions.ValidationError) else []
    detail = "Some fields are not valid." if fields else str(error.detail)
    problem = {
        "type": "about:blank",
        "title": HTTPStatus(error.status_code).phrase,
        "status": error.status_code,
        "detail": detail,
        "errors": fields,
    }
    header = getattr(error, "auth_header", None)  # DRF sets it where a 401 is due
    headers = {"WWW-Authenticate": header} if header else {}
    return Response(problem, status=error.status_code, headers=headers, content_type="application/problem+json")


def _fields(path: str, detail: Any) -> list[dict[str, str]]:
    if isinstance(detail, dict):
        inner = {"" if name == api_settings.NON_FIELD_ERRORS_KEY else name: about for name, about in detail.items()}
        return [row for name, about in inner.items() for row in _fields(f"{path}.{name}".strip("."), about)]
    if isinstance(detail, list):
        return [row for inner in detail for row in _fields(path, inner)]
    return [{"field": path, "message": str(detail)}]
