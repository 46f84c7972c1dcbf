"""The views that providers post to. They authenticate, store and answer, without parsing a body or using Redis."""

import structlog
from django.core.exceptions import RequestDataTooBig
from django.db import DatabaseError, InterfaceError, connection
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed
from django.http.request import UnreadablePostError
from django.views.decorators.csrf import csrf_exempt

from core.http import client_address
from messaging.inbound import inbox
from messaging.inbound.counters import count_webhook
from messaging.inbound.credentials import EndpointCredential, find_credential, limiter, record_event
from messaging.inbound.wakeup import inbox_wakeup
from providers.vendor import Verification

log = structlog.get_logger("tollgate.webhooks")

MAX_BODY_BYTES = 4 * 1024 * 1024  # Meta posts up to 3 MB
_DRAIN_BYTES = 1024 * 1024  # closing a connection with unread bytes resets it, and the sender may miss the 413
_STORED_HEADERS = ("Content-Type", "User-Agent", "X-Forwarded-For")  # besides the provider's own


@csrf_exempt
def receive(request: HttpRequest, provider: str, token: str) -> HttpResponse:
    """Accept one webhook: 200 once it is committed, even if its body turns out invalid.

    401 wrong credential, 403 from an address that is not listed, 404 unknown token, 405, 413 over 4 MiB, 429 over the
    endpoint's rate, 503 with Retry-After when it cannot be stored.
    """
    response = _answer(request, provider, token)
    count_webhook(provider, response.status_code)
    return response


def _answer(request: HttpRequest, provider: str, token: str) -> HttpResponse:
    try:
        endpoint = find_credential(provider, token)
        if endpoint is None:
            return HttpResponse("Unknown webhook address.\n", status=404, content_type="text/plain")
        if not endpoint.accepts_address(client_address(request)):
            return HttpResponse("This address may not post here.\n", status=403, content_type="text/plain")
        verification = endpoint.webhooks.verification
        if request.method == "GET" and verification:
            return _verify(request, endpoint, verification)
        if request.method != "POST":
            return HttpResponseNotAllowed(["POST", "GET"] if verification else ["POST"])
        return _store(request, endpoint)
    except (DatabaseError, InterfaceError):
        log.exception("webhook_not_stored", provider=provider)
        connection.close()  # the next request opens a new one instead of failing on this
        return HttpResponse(
            "Not stored; try again.\n", status=503, content_type="text/plain", headers={"Retry-After": "2"}
        )


def _verify(request: HttpRequest, endpoint: EndpointCredential, verification: Verification) -> HttpResponse:
    """Answer the provider's verification of the address."""
    answer = verification.answer(endpoint.secrets, request.GET)
    if answer is None:
        return HttpResponse("Wrong verify token.\n", status=403, content_type="text/plain")
    return HttpResponse(answer, content_type="text/plain")


def _store(request: HttpRequest, endpoint: EndpointCredential) -> HttpResponse:
    if not limiter.allows(endpoint.endpoint_id, endpoint.rate_limit):
        return HttpResponse(
            "Too many webhooks per second.\n", status=429, content_type="text/plain", headers={"Retry-After": "1"}
        )
    body = _body(request)
    if body is None or len(body) > MAX_BODY_BYTES:
        # The rest of the body stays unread, so the server closes the connection and the client must not reuse it.
        return HttpResponse(
            "The body is over 4 MiB.\n", status=413, content_type="text/plain", headers={"Connection": "close"}
        )
    names = (*_STORED_HEADERS, *endpoint.webhooks.stored_headers)
    headers = {name: request.headers[name] for name in names if name in request.headers}
    if not endpoint.authenticates(request.headers, body):
        return HttpResponse("Wrong or missing credential.\n", status=401, content_type="text/plain")
    inbox.store(endpoint.account_id, endpoint.endpoint_id, endpoint.provider, headers, body)
    inbox_wakeup.notify()
    record_event(endpoint.endpoint_id)
    return HttpResponse(status=200)


def _body(request: HttpRequest) -> bytes | None:
    """The raw body, or None when it is too large or truncated."""
    try:
        if "chunked" in request.headers.get("Transfer-Encoding", "").lower():
            # Django reads Content-Length bytes, so it would read nothing of a chunked body.
            stream = request.META["wsgi.input"]
            body = bytes(stream.read(MAX_BODY_BYTES + 1))
            if len(body) > MAX_BODY_BYTES:
                stream.read(_DRAIN_BYTES)
            return body
        return request.body
    except (RequestDataTooBig, UnreadablePostError):
        return None
