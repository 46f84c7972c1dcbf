"""The base of every REST view: the key's account is its scope, and no POST is carried out twice under one key."""

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

MOST_BYTES = 16 * 1024 * 1024  # of a body; a batch of 10,000 messages has about half
KEY_HEADER = "Idempotency-Key"
REPLAYED_HEADER = "Idempotent-Replayed"
_KEPT_HEADERS = ("Content-Type", "Location")
_REPEATABLE = frozenset({429, 503})  # answers that say: nothing was done, come again


class TenantView(APIView):
    """A view of one account: the key's scope is open while it runs, and `permission` guards it.

    A POST with an `Idempotency-Key` is carried out once in 24 hours, and answered the same whenever it is repeated by
    that API key. A view that answers 429 or 503 says with it that nothing was done: it may be repeated under the key.
    """

    permission: ClassVar[Permission]
    permissions: ClassVar[Mapping[str, tuple[Permission, ...]]] = {}  # of methods that need others or more
    conflicts: ClassVar[Mapping[str, str]] = {}  # why a method may be answered 409, for the OpenAPI schema
    speaks: ClassVar[Literal["ours", "8x8"]] = "ours"  # in whose shape errors are, for the OpenAPI schema
    _call: IdempotentCall | None = None

    @classmethod
    def needed(cls, method: str) -> tuple[Permission, ...]:
        """The permissions without which a key may not use the method. None at all: a view that was forgotten."""
        named = getattr(cls, "permission", None)
        return cls.permissions.get(method) or ((named,) if named else ())

    def dispatch(self, request: Any, *args: Any, **kwargs: Any) -> HttpResponseBase:
        """Run the view, keep its answer where that was asked for, and close the account's scope behind it.

        It speaks English to every caller.
        """
        activate(settings.LANGUAGE_CODE)  # until LocaleMiddleware chooses for the next request; answers render later
        with ExitStack() as self._scope:
            try:
                response = super().dispatch(request, *args, **kwargs)
            except Exception:
                self._settle(None)
                raise
            self._settle(cast("Response", response))
            return _unless_known(request, response)

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        """Authenticate, open the scope, read the body, claim the `Idempotency-Key`."""
        super().initial(request, *args, **kwargs)
        if any("\0" in str(value) for value in kwargs.values()):
            raise Http404  # no id holds one, and the database cannot even look for it
        self._scope.enter_context(tenant(self.account))
        if request.method in {"POST", "PUT", "PATCH", "DELETE"}:
            body = _body(request)
            if request.method == "POST" and KEY_HEADER in request.headers:
                self._claim(request, body)

    def throttled(self, request: Request, wait: float) -> NoReturn:
        """Say how many requests the key may make. Raises Throttled."""
        error = Throttled(wait)
        error.detail = ErrorDetail(
            f"This API key is limited to {self.key.rate_limit:,} requests per second.", "throttled"
        )
        raise error

    def handle_exception(self, exc: Exception) -> Any:
        """As DRF, and the answer of a request that was carried out before."""
        return exc.answer() if isinstance(exc, Answered) else super().handle_exception(exc)

    def _claim(self, request: Request, body: bytes) -> None:
        key = request.headers[KEY_HEADER]
        if not (0 < len(key) <= 255 and key.isascii() and key.isprintable()):
            raise ValidationError({KEY_HEADER: ["Use 1 to 255 printable ASCII characters, such as a new UUID."]})
        call = idempotency.claim(self.key, key, idempotency.fingerprint(request.get_full_path(), body))
        if call.is_over:
            raise Answered(call)
        self._call = call

    def _settle(self, response: Response | None) -> None:
        """Keep the answer of a claimed request; None: it broke off. What is not kept is not repeated either."""
        if self._call is None:
            return
        try:
            if response is None:
                idempotency.break_off(self._call)
            elif response.status_code in _REPEATABLE:
                idempotency.release(self._call)
            else:
                response.render()
                headers = {name: response.headers[name] for name in _KEPT_HEADERS if name in response.headers}
                idempotency.settle(self._call, response.status_code, headers, response.content)
        except (DatabaseError, InterfaceError):
            log.exception("answer_not_kept")

    @property
    def key(self) -> ApiKey:
        """The caller's key."""
        return cast("ApiKey", self.request.auth)

    @property
    def account(self) -> Account:
        """The account of the key."""
        return self.key.account

    @cached_property
    def principal(self) -> Principal:
        """The key, as whoever asks."""
        return Principal.of_key(self.key, address=client_address(self.request._request))


class Answered(APIException):
    """The request was carried out before; its answer is repeated instead of the view run."""

    def __init__(self, call: IdempotentCall) -> None:
        super().__init__()
        self._call = call

    def answer(self) -> HttpResponse:
        """What was answered then, said to be a repetition."""
        headers = {**self._call.headers, REPLAYED_HEADER: "true"}
        return HttpResponse(bytes(self._call.body or b""), status=self._call.status, headers=headers)


def _unless_known(request: Any, response: HttpResponseBase) -> HttpResponseBase:
    """304 for a caller who has this answer already; what was worked out need not be sent."""
    if request.method != "GET" or response.status_code != 200 or not isinstance(response, HttpResponse):
        return response
    if isinstance(response, Response):
        response.render()
    etag = f'"{hashlib.sha256(response.content).hexdigest()[:32]}"'
    response.headers["ETag"] = etag
    patch_cache_control(response, private=True, no_cache=True)
    answer = cast("HttpResponseBase", get_conditional_response(request, etag=etag, response=response))
    for name, value in response.headers.items():
        if name.startswith("RateLimit-"):
            answer.headers[name] = value
    return answer


def _body(request: Request) -> bytes:
    try:
        return read_body(request._request, MOST_BYTES)
    except BodyTooLarge:
        raise TooLarge(f"The body is over {MOST_BYTES // 1024 // 1024} MiB.") from None
    except UnreadablePostError:
        raise ParseError("The body is incomplete.") from None
