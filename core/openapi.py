"""What drf-spectacular cannot see in the views: the errors that each may answer, its headers, and examples."""

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

# <operation id>.json: {"asked": "GET /api/…", "request": the body, "status", "answer", "refused": {the same}}. Each is
# asked again by tests/portal/test_examples.py, which also writes them.
EXAMPLES = Path(settings.BASE_DIR) / "portal/examples"
_WITH_BODY = {"POST", "PUT", "PATCH", "DELETE"}
_WHY = {
    400: "A parameter, header or body field is unknown or invalid; the response names it.",
    401: "No API key, or one that is unknown, revoked or expired.",
    403: "The API key does not have the scope, or is limited to subaccounts but the operation covers the account.",
    404: "The account has no object with that id, or the API key has no access to it.",
    409: "The `Idempotency-Key` was used for another request, or the first request is in progress or was interrupted.",
    413: "The body is over 16 MiB.",
    415: "The body is not JSON.",
    429: "The API key has reached its limit of requests per second.",
}
_AN_EXAMPLE = {
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
    """Adds to an operation what the base of all views does, and its example out of `EXAMPLES`."""

    view: Any  # a TenantView, which this package does not know

    _ERRORS: ClassVar[dict[str, tuple[type[serializers.Serializer[Any]], str]]] = {
        "ours": (ProblemSerializer, "application/problem+json"),
        "8x8": (EnvelopeSerializer, "application/json"),
    }

    def get_override_parameters(self) -> list[Any]:
        """The headers that every view understands."""
        given: list[Any] = list(super().get_override_parameters())
        if self.method == "POST":
            why = "A value of your choice, such as a new UUID. Repeated requests with the same key are executed once."
            given.append(OpenApiParameter("Idempotency-Key", str, "header", description=why))
        if self.method == "GET" and not self._is_file():
            given.append(
                OpenApiParameter("If-None-Match", str, "header", description="An `ETag` from an earlier response.")
            )
        if self.method == "GET" and (sparse := self._sparse()):
            given.append(_fields_parameter(list(sparse.fields)))
        return given

    def _sparse(self) -> SparseSerializer | None:
        """What the answer holds, or each of its `results`, where `fields=` may name what is wanted of it."""
        answer: Any = self.get_response_serializers()
        if isinstance(answer, type):
            answer = answer()
        results = answer.fields.get("results") if isinstance(answer, PageSerializer) else None
        one = getattr(results, "child", answer)
        return one if isinstance(one, SparseSerializer) else None

    def _is_file(self) -> bool:
        """Whether the answer is a file, sent as it is read: it has no `ETag`."""
        answer: Any = self.get_response_serializers()
        return isinstance(answer, dict) and OpenApiTypes.BINARY in answer.values()

    def get_summary(self) -> str:
        """The first sentence about the view, which is what a GET answers; of other methods what they do."""
        said = (type(self.view).__doc__ or "") if self.method == "GET" else super().get_description()
        return said.partition(".")[0].replace("\n   ", "")

    def get_tags(self) -> list[str]:
        """What the operation is about, as a heading; 8x8's stand together."""
        if getattr(self.view, "speaks", "ours") == "8x8":
            return ["As at 8x8"]
        return [super().get_tags()[0].replace("-", " ").replace("_", " ").capitalize()]

    def get_description(self) -> str:  # type: ignore[override] # as in drf-spectacular's own
        """The method's docstring, and the scopes that it needs."""
        scopes = " and ".join(f"`{scope}`" for scope in self._scopes())
        return f"{super().get_description()}\n\nRequires the scope {scopes}."

    def get_auth(self) -> list[dict[str, list[str]]]:
        """The key with the scopes that the method needs."""
        return [{name: self._scopes() for name in known} for known in super().get_auth()]

    def _scopes(self) -> list[str]:
        return [permission.value for permission in self.view.needed(self.method)]

    def get_examples(self) -> list[OpenApiExample]:
        """The request and the answer of the operation's file, under what was asked."""
        known = example_of(self.get_operation_id())
        asked, found = known.get("asked", ""), []
        if "request" in known:
            found.append(OpenApiExample("asked", _one(known["request"]), summary=asked, request_only=True))
        if "answer" in known:
            found.append(
                OpenApiExample(
                    "answered", _one(known["answer"]), summary=asked, response_only=True,
                    status_codes=[str(known["status"])], media_type=self._media_type(),
                )
            )  # fmt: skip
        return found

    def _media_type(self) -> str:
        """How the answer is written that is no error."""
        answers: Any = self.get_response_serializers()
        given = next(iter(answers)) if isinstance(answers, dict) else 200
        return given[1] if isinstance(given, tuple) else "application/json"

    def _get_request_body(self, direction: Any = "request") -> Any:
        """Also that of a DELETE, which drf-spectacular knows none of."""
        method = self.method
        try:
            self.method = "POST" if method == "DELETE" and self.get_request_serializer() else method
            return super()._get_request_body(direction)  # type: ignore[no-untyped-call]
        finally:
            self.method = method

    def _map_basic_serializer(self, serializer: Any, direction: Any) -> dict[str, Any]:
        """No field of a sparse object is sure to be there, and a strict one takes no others."""
        described: dict[str, Any] = super()._map_basic_serializer(serializer, direction)  # type: ignore[no-untyped-call]
        if isinstance(serializer, SparseSerializer):
            described.pop("required", None)
        if isinstance(serializer, StrictSerializer) and direction == "request":
            described["additionalProperties"] = False
        return described

    def _get_response_bodies(self, direction: Any = "response") -> dict[str, Any]:
        bodies: dict[str, Any] = super()._get_response_bodies(direction)
        if self.method == "GET" and not self._is_file():
            bodies["304"] = {"description": "Not modified: the `ETag` in `If-None-Match` is still current."}
        for status in self._errors():
            bodies.setdefault(str(status), self._error(status))
        return bodies

    def _errors(self) -> list[int]:
        own = [400, 401, 403, 429]
        if "{" in self.path:
            own.append(404)
        if self.method == "POST" or self._conflict():
            own.append(409)
        if self.method in _WITH_BODY:
            own.append(413)
            if self.get_request_serializer() is not None:
                own.append(415)
        return sorted(own)

    def _error(self, status: int) -> dict[str, Any]:
        speaks = getattr(self.view, "speaks", "ours")
        serializer, media_type = self._ERRORS[speaks]
        described: dict[str, Any] = self._get_response_for_code(  # type: ignore[no-untyped-call]
            serializer, str(status), [media_type]
        )
        described["content"][media_type]["examples"] = {"answered": self._refusal(status)}
        headers = {"RateLimit-Limit": _LIMIT, "RateLimit-Remaining": _LEFT} if status != HTTPStatus.UNAUTHORIZED else {}
        if status in {409, 429}:
            headers["Retry-After"] = _WAIT
        return {**described, "description": self._why(status), **({"headers": headers} if headers else {})}

    def _refusal(self, status: int) -> dict[str, Any]:
        """What a wrong request was answered, with that request; else how any error of the status looks."""
        refused = example_of(self.get_operation_id()).get("refused", {})
        if refused.get("status") == status:
            body = f" {json.dumps(refused['request'], ensure_ascii=False)}" if "request" in refused else ""
            return {"summary": f"{refused['asked']}{body}", "value": refused["answer"]}
        said, fields = _AN_EXAMPLE[status]
        ours = getattr(self.view, "speaks", "ours") == "ours"
        return {"value": problem(status, said, fields) if ours else _as_8x8(status, said)}

    def _why(self, status: int) -> str:
        if status != HTTPStatus.CONFLICT:
            return _WHY[status]
        return " ".join(filter(None, (self._conflict(), _WHY[status] if self.method == "POST" else "")))

    def _conflict(self) -> str:
        """What of the account's state the method may contradict."""
        return str(self.view.conflicts.get(self.method, ""))


def _one(said: Any) -> Any:
    """An array is shown by its first object: drf-spectacular puts the array around it."""
    return said[0] if isinstance(said, list) else said


def _as_8x8(status: int, detail: str) -> dict[str, Any]:
    """8x8's envelope, the same in every process."""
    code, message = words_of_8x8(status, detail)
    fixed = {"errorId": "5d2b1c1e-5a0c-4f0e-8f39-6a4f1f0d9f3a", "timestamp": "2026-11-20T11:26:15.372859Z"}
    return {**envelope_of_8x8(code, message), **fixed}


def _fields_parameter(names: list[str]) -> OpenApiParameter:
    wanted = {"type": "array", "items": {"type": "string", "enum": names}, "minItems": 1}
    why = "Comma-separated list of fields to return. Default: all."
    return OpenApiParameter(PARAMETER, wanted, style="form", explode=False, description=why)


_LIMIT = {"schema": {"type": "integer"}, "description": "Number of requests per second that the key can make."}
_LEFT = {
    "schema": {"type": "integer"},
    "description": "Number of requests left in this second. Absent if requests are not being counted.",
}
_WAIT = {"schema": {"type": "integer"}, "description": "Seconds to wait before retrying."}


@cache
def example_of(operation_id: str) -> dict[str, Any]:
    """The example of an operation, as a real portal answered it; empty without one."""
    path = EXAMPLES / f"{operation_id}.json"
    known: dict[str, Any] = json.loads(path.read_text(encoding="utf-8")) if path.is_file() else {}
    return known
