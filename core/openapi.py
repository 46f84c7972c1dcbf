"""Additions to the OpenAPI schema that drf-spectacular cannot derive: error responses, headers and examples."""

import json
from functools import cache
from http import HTTPStatus
from pathlib import Path
from typing import Any, ClassVar

from django.conf import settings
from drf_spectacular.openapi import AutoSchema
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiExample, OpenApiParameter
from rest_framework import serializers

from core.bodies import StrictSerializer
from core.links import PageSerializer
from core.problem_details import envelope_of_8x8, problem, words_of_8x8
from core.sparse import PARAMETER, SparseSerializer

# <operation id>.json: {"call": "GET /api/…", "request": the body, "status", "response", "refused": {the same}}.
# tests/portal/test_examples.py writes them and checks each against the API.
EXAMPLES = Path(settings.BASE_DIR) / "portal/examples"
_WITH_BODY = {"POST", "PUT", "PATCH", "DELETE"}
_ERROR_DESCRIPTIONS = {
    400: "A parameter, header or body field is unknown or invalid; the response names it.",
    401: "No API key, or one that is unknown, revoked or expired.",
    403: "The API key does not have the scope, or is limited to subaccounts but the operation covers the account.",
    404: "The account has no object with that id, or the API key has no access to it.",
    409: "The `Idempotency-Key` was used for another request, or the first request is in progress or was interrupted.",
    413: "The body is over 16 MiB.",
    415: "The body is not JSON.",
    429: "The API key has reached its limit of requests per second.",
}
_ERROR_EXAMPLES = {
    400: ("Some fields are not valid.", [{"field": "colour", "message": "There is no such field."}]),
    401: ("This API key is unknown, revoked or expired.", []),
    403: ("This API key does not have the scope messages:read.", []),
    404: ("Not found.", []),
    409: ("This Idempotency-Key was used for another request: use a new key for each request.", []),
    413: ("The body is over 16 MiB.", []),
    415: ('Unsupported media type "text/plain" in request.', []),
    429: ("This API key is limited to 1,800 requests per second.", []),
}


class WrongFieldSerializer(serializers.Serializer[Any]):
    """A parameter, header or field, and how to correct it."""

    field = serializers.CharField(
        help_text="Name of the field. For a nested field, the path of names separated by dots."
    )
    message = serializers.CharField()


class ProblemSerializer(serializers.Serializer[Any]):
    """Problem details (RFC 9457)."""

    type = serializers.CharField()
    title = serializers.CharField(help_text="The HTTP status phrase.")
    status = serializers.IntegerField()
    detail = serializers.CharField(help_text="Human-readable description of the problem.")
    errors = WrongFieldSerializer(many=True)  # type: ignore[assignment] # the field's name in our API


class EnvelopeSerializer(serializers.Serializer[Any]):
    """An error in 8x8's format."""

    code = serializers.IntegerField()
    message = serializers.CharField()
    errorId = serializers.UUIDField()  # noqa: N815 - 8x8's name
    timestamp = serializers.DateTimeField()


class ApiSchema(AutoSchema):
    """Adds to an operation what the base view does for all of them, and its example in `EXAMPLES`."""

    view: Any  # a TenantView, which this package cannot import

    _ERRORS: ClassVar[dict[str, tuple[type[serializers.Serializer[Any]], str]]] = {
        "ours": (ProblemSerializer, "application/problem+json"),
        "8x8": (EnvelopeSerializer, "application/json"),
    }

    def get_override_parameters(self) -> list[Any]:
        """The headers that every view accepts."""
        parameters: list[Any] = list(super().get_override_parameters())
        if self.method == "POST":
            why = "A value of your choice, such as a new UUID. Repeated requests with the same key are executed once."
            parameters.append(OpenApiParameter("Idempotency-Key", str, "header", description=why))
        if self.method == "GET" and not self._is_file():
            parameters.append(
                OpenApiParameter("If-None-Match", str, "header", description="An `ETag` from an earlier response.")
            )
        if self.method == "GET" and (sparse := self._sparse()):
            parameters.append(_fields_parameter(list(sparse.fields)))
        return parameters

    def _sparse(self) -> SparseSerializer | None:
        """The serializer of the response, or of its `results`, if `fields=` can select from it."""
        response: Any = self.get_response_serializers()
        if isinstance(response, type):
            response = response()
        results = response.fields.get("results") if isinstance(response, PageSerializer) else None
        serializer = getattr(results, "child", response)
        return serializer if isinstance(serializer, SparseSerializer) else None

    def _is_file(self) -> bool:
        """Whether the response is a streamed file, which has no `ETag`."""
        response: Any = self.get_response_serializers()
        return isinstance(response, dict) and OpenApiTypes.BINARY in response.values()

    def get_summary(self) -> str:
        """The first sentence of the view's docstring for GET, and of the method's for the others."""
        text = (type(self.view).__doc__ or "") if self.method == "GET" else super().get_description()
        return text.partition(".")[0].replace("\n   ", "")

    def get_tags(self) -> list[str]:
        """The heading of the operation; all of 8x8's have the same."""
        if getattr(self.view, "error_format", "ours") == "8x8":
            return ["As at 8x8"]
        return [super().get_tags()[0].replace("-", " ").replace("_", " ").capitalize()]

    def get_description(self) -> str:  # type: ignore[override] # as in drf-spectacular's own
        """The method's docstring, and the required scopes."""
        scopes = " and ".join(f"`{scope}`" for scope in self._scopes())
        return f"{super().get_description()}\n\nRequires the scope {scopes}."

    def get_auth(self) -> list[dict[str, list[str]]]:
        """The API key with the required scopes."""
        return [{name: self._scopes() for name in scheme} for scheme in super().get_auth()]

    def _scopes(self) -> list[str]:
        return [permission.value for permission in self.view.required_permissions(self.method)]

    def get_examples(self) -> list[OpenApiExample]:
        """The request and the response in the operation's file."""
        example = example_of(self.get_operation_id())
        call, examples = example.get("call", ""), []
        if "request" in example:
            examples.append(OpenApiExample("request", _first(example["request"]), summary=call, request_only=True))
        if "response" in example:
            examples.append(
                OpenApiExample(
                    "response", _first(example["response"]), summary=call, response_only=True,
                    status_codes=[str(example["status"])], media_type=self._media_type(),
                )
            )  # fmt: skip
        return examples

    def _media_type(self) -> str:
        """The media type of the successful response."""
        responses: Any = self.get_response_serializers()
        key = next(iter(responses)) if isinstance(responses, dict) else 200
        return key[1] if isinstance(key, tuple) else "application/json"

    def _get_request_body(self, direction: Any = "request") -> Any:
        """Also the body of a DELETE, which drf-spectacular leaves out."""
        method = self.method
        try:
            self.method = "POST" if method == "DELETE" and self.get_request_serializer() else method
            return super()._get_request_body(direction)  # type: ignore[no-untyped-call]
        finally:
            self.method = method

    def _map_basic_serializer(self, serializer: Any, direction: Any) -> dict[str, Any]:
        """A sparse object has no required fields, and a strict one accepts no others."""
        schema: dict[str, Any] = super()._map_basic_serializer(serializer, direction)  # type: ignore[no-untyped-call]
        if isinstance(serializer, SparseSerializer):
            schema.pop("required", None)
        if isinstance(serializer, StrictSerializer) and direction == "request":
            schema["additionalProperties"] = False
        return schema

    def _get_response_bodies(self, direction: Any = "response") -> dict[str, Any]:
        bodies: dict[str, Any] = super()._get_response_bodies(direction)
        if self.method == "GET" and not self._is_file():
            bodies["304"] = {"description": "Not modified: the `ETag` in `If-None-Match` is still current."}
        for status in self._errors():
            bodies.setdefault(str(status), self._error(status))
        return bodies

    def _errors(self) -> list[int]:
        statuses = [400, 401, 403, 429]
        if "{" in self.path:
            statuses.append(404)
        if self.method == "POST" or self._conflict():
            statuses.append(409)
        if self.method in _WITH_BODY:
            statuses.append(413)
            if self.get_request_serializer() is not None:
                statuses.append(415)
        return sorted(statuses)

    def _error(self, status: int) -> dict[str, Any]:
        error_format = getattr(self.view, "error_format", "ours")
        serializer, media_type = self._ERRORS[error_format]
        response: dict[str, Any] = self._get_response_for_code(  # type: ignore[no-untyped-call]
            serializer, str(status), [media_type]
        )
        response["content"][media_type]["examples"] = {"response": self._error_example(status)}
        headers = (
            {"RateLimit-Limit": _LIMIT, "RateLimit-Remaining": _REMAINING} if status != HTTPStatus.UNAUTHORIZED else {}
        )
        if status in {409, 429}:
            headers["Retry-After"] = _RETRY_AFTER
        return {**response, "description": self._error_description(status), **({"headers": headers} if headers else {})}

    def _error_example(self, status: int) -> dict[str, Any]:
        """A refused request with its response, if the operation's file has one; else the status's general example."""
        refused = example_of(self.get_operation_id()).get("refused", {})
        if refused.get("status") == status:
            body = f" {json.dumps(refused['request'], ensure_ascii=False)}" if "request" in refused else ""
            return {"summary": f"{refused['call']}{body}", "value": refused["response"]}
        detail, fields = _ERROR_EXAMPLES[status]
        ours = getattr(self.view, "error_format", "ours") == "ours"
        return {"value": problem(status, detail, fields) if ours else _example_8x8(status, detail)}

    def _error_description(self, status: int) -> str:
        if status != HTTPStatus.CONFLICT:
            return _ERROR_DESCRIPTIONS[status]
        return " ".join(filter(None, (self._conflict(), _ERROR_DESCRIPTIONS[status] if self.method == "POST" else "")))

    def _conflict(self) -> str:
        """How the method can conflict with the state of the account."""
        return str(self.view.conflicts.get(self.method, ""))


def _first(example: Any) -> Any:
    """The first object of an array: drf-spectacular adds the array around it."""
    return example[0] if isinstance(example, list) else example


def _example_8x8(status: int, detail: str) -> dict[str, Any]:
    """8x8's envelope with a fixed id and time, so that the schema is always the same."""
    code, message = words_of_8x8(status, detail)
    fixed = {"errorId": "5d2b1c1e-5a0c-4f0e-8f39-6a4f1f0d9f3a", "timestamp": "2026-11-20T11:26:15.372859Z"}
    return {**envelope_of_8x8(code, message), **fixed}


def _fields_parameter(names: list[str]) -> OpenApiParameter:
    schema = {"type": "array", "items": {"type": "string", "enum": names}, "minItems": 1}
    why = "Comma-separated list of fields to return. Default: all."
    return OpenApiParameter(PARAMETER, schema, style="form", explode=False, description=why)


_LIMIT = {"schema": {"type": "integer"}, "description": "Number of requests per second that the key can make."}
_REMAINING = {
    "schema": {"type": "integer"},
    "description": "Number of requests left in this second. Absent if requests are not being counted.",
}
_RETRY_AFTER = {"schema": {"type": "integer"}, "description": "Seconds to wait before retrying."}


@cache
def example_of(operation_id: str) -> dict[str, Any]:
    """The example of an operation, recorded from the API; empty without one."""
    path = EXAMPLES / f"{operation_id}.json"
    example: dict[str, Any] = json.loads(path.read_text(encoding="utf-8")) if path.is_file() else {}
    return example
