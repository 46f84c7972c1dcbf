"""The base of every REST view: it opens the scope of the key's account and makes POST requests idempotent."""

import hashlib
from collections.abc import Mapping
from contextlib import ExitStack
from functools import cached_property
from typing import Any, ClassVar, Literal, NoReturn, cast

import structlog
from django.conf import settings
from django.db import DatabaseError, InterfaceError
from django.http import Http404, HttpResponse
from django.http.request import UnreadablePostError
from django.http.response import HttpResponseBase
from django.utils.cache import get_conditional_response, patch_cache_control
from django.utils.translation import activate
from rest_framework.exceptions import APIException, ErrorDetail, ParseError, Throttled, ValidationError
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts.enums import Permission
from accounts.models import Account, ApiKey, IdempotentCall
from accounts.principal import Principal
from accounts.services import idempotency
from core.bodies import BodyTooLarge, read_body
from core.http import client_address
from core.problem_details import TooLarge
from core.tenancy import tenant

log = structlog.get_logger("tollgate.api")

MAX_BODY_BYTES = 16 * 1024 * 1024  # a batch of 10,000 messages has about half
KEY_HEADER = "Idempotency-Key"
REPLAYED_HEADER = "Idempotent-Replayed"
_STORED_HEADERS = ("Content-Type", "Location")
_REPEATABLE = frozenset({429, 503})  # nothing was done: the client can retry


class TenantView(APIView):
    """A view of one account. It runs in the scope of the API key's account and requires `permission`.

    A POST with an `Idempotency-Key` runs once in 24 hours; the same API key gets the same response for each repetition.
    A response with 429 or 503 means that nothing was done: the request can be repeated with the same key.
    """

    permission: ClassVar[Permission]
    permissions: ClassVar[Mapping[str, tuple[Permission, ...]]] = {}  # by method, if it requires others
    conflicts: ClassVar[Mapping[str, str]] = {}  # by method: why it can respond with 409, for the OpenAPI schema
    error_format: ClassVar[Literal["ours", "8x8"]] = "ours"  # for the OpenAPI schema
    _call: IdempotentCall | None = None

    @classmethod
    def required_permissions(cls, method: str) -> tuple[Permission, ...]:
        """The permissions that the method requires. A view without any admits nobody."""
        permission = getattr(cls, "permission", None)
        return cls.permissions.get(method) or ((permission,) if permission else ())

    def dispatch(self, request: Any, *args: Any, **kwargs: Any) -> HttpResponseBase:
        """Run the view in the account's scope, and store its response if the request has an `Idempotency-Key`.

        Responses are always in English.
        """
        # Responses render after this method; LocaleMiddleware sets the language anew for the next request.
        activate(settings.LANGUAGE_CODE)
        with ExitStack() as self._scope:
            try:
                response = super().dispatch(request, *args, **kwargs)
            except Exception:
                self._store_response(None)
                raise
            self._store_response(cast("Response", response))
            return _conditional_response(request, response)

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        """Authenticate, open the scope, read the body, claim the `Idempotency-Key`."""
        super().initial(request, *args, **kwargs)
        if any("\0" in str(value) for value in kwargs.values()):
            raise Http404  # no id contains one, and the database refuses it
        self._scope.enter_context(tenant(self.account))
        if request.method in {"POST", "PUT", "PATCH", "DELETE"}:
            body = _body(request)
            if request.method == "POST" and KEY_HEADER in request.headers:
                self._claim(request, body)

    def throttled(self, request: Request, wait: float) -> NoReturn:
        """Raise Throttled with the rate limit of the key."""
        error = Throttled(wait)
        error.detail = ErrorDetail(
            f"This API key is limited to {self.key.rate_limit:,} requests per second.", "throttled"
        )
        raise error

    def handle_exception(self, exc: Exception) -> Any:
        """As DRF does, and return the stored response of a repeated request."""
        return exc.response() if isinstance(exc, RepeatedRequest) else super().handle_exception(exc)

    def _claim(self, request: Request, body: bytes) -> None:
        key = request.headers[KEY_HEADER]
        if not (0 < len(key) <= 255 and key.isascii() and key.isprintable()):
            raise ValidationError({KEY_HEADER: ["Use 1 to 255 printable ASCII characters, such as a new UUID."]})
        call = idempotency.claim(self.key, key, idempotency.fingerprint(request.get_full_path(), body))
        if call.is_over:
            raise RepeatedRequest(call)
        self._call = call

    def _store_response(self, response: Response | None) -> None:
        """Store the response of a claimed request; None: it was interrupted."""
        if self._call is None:
            return
        try:
            if response is None:
                idempotency.mark_interrupted(self._call)
            elif response.status_code in _REPEATABLE:
                idempotency.release(self._call)
            else:
                response.render()
                headers = {name: response.headers[name] for name in _STORED_HEADERS if name in response.headers}
                idempotency.store_response(self._call, response.status_code, headers, response.content)
        except (DatabaseError, InterfaceError):
            log.exception("response_not_stored")

    @property
    def key(self) -> ApiKey:
        """The API key of the request."""
        return cast("ApiKey", self.request.auth)

    @property
    def account(self) -> Account:
        """The account of the key."""
        return self.key.account

    @cached_property
    def principal(self) -> Principal:
        """The principal of the key."""
        return Principal.of_key(self.key, address=client_address(self.request._request))


class RepeatedRequest(APIException):
    """The request was completed before: return its stored response instead of running the view."""

    def __init__(self, call: IdempotentCall) -> None:
        super().__init__()
        self._call = call

    def response(self) -> HttpResponse:
        """The stored response, marked as a repetition."""
        headers = {**self._call.headers, REPLAYED_HEADER: "true"}
        return HttpResponse(bytes(self._call.body or b""), status=self._call.status, headers=headers)


def _conditional_response(request: Any, response: HttpResponseBase) -> HttpResponseBase:
    """The response with an `ETag`, or 304 if the client already has it."""
    if request.method != "GET" or response.status_code != 200 or not isinstance(response, HttpResponse):
        return response
    if isinstance(response, Response):
        response.render()
    etag = f'"{hashlib.sha256(response.content).hexdigest()[:32]}"'
    response.headers["ETag"] = etag
    patch_cache_control(response, private=True, no_cache=True, no_store=True)
    conditional = cast("HttpResponseBase", get_conditional_response(request, etag=etag, response=response))
    for name, value in response.headers.items():
        if name.startswith("RateLimit-"):
            conditional.headers[name] = value
    return conditional


def _body(request: Request) -> bytes:
    try:
        return read_body(request._request, MAX_BODY_BYTES)
    except BodyTooLarge:
        raise TooLarge(f"The body is over {MAX_BODY_BYTES // 1024 // 1024} MiB.") from None
    except UnreadablePostError:
        raise ParseError("The body is incomplete.") from None
