"""The OpenAPI schema, its page, and the handlers for unknown URLs and internal errors."""

import hashlib
import json
from functools import cache

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.views import defaults
from django.views.decorators.http import condition, require_safe
from drf_spectacular.generators import SchemaGenerator

from core.problem_details import problem


@cache
def schema_json() -> bytes:
    """The OpenAPI schema as JSON; it never changes while the process runs."""
    return json.dumps(SchemaGenerator().get_schema(public=True)).encode()  # type: ignore[no-untyped-call]


@require_safe
@condition(etag_func=lambda request: f'"{hashlib.sha256(schema_json()).hexdigest()}"')
def schema(request: HttpRequest) -> HttpResponse:
    """The OpenAPI schema."""
    return HttpResponse(schema_json(), content_type="application/vnd.oai.openapi+json")


@require_safe
def docs(request: HttpRequest) -> HttpResponse:
    """The schema as a page that can also send requests."""
    return render(request, "api_docs.html")


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    """404 for an unknown URL: a page, or problem details under /api/."""
    if request.path.startswith("/api/"):
        return _problem(404, "Unknown endpoint: see /api/docs/ for the list of endpoints.")
    return defaults.page_not_found(request, exception)


def server_error(request: HttpRequest) -> HttpResponse:
    """500: a page, or problem details under /api/; the log has the exception."""
    if request.path.startswith("/api/"):
        return _problem(500, "Internal error. See the portal's log for details.")
    return defaults.server_error(request)


def _problem(status: int, detail: str) -> JsonResponse:
    return JsonResponse(problem(status, detail, []), status=status, content_type="application/problem+json")
