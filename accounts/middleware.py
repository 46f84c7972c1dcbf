"""Middleware for people: the account, tenant scope and time zone of a request, and the required second factor."""

from collections.abc import Callable, Iterator
from typing import Any
from zoneinfo import ZoneInfo

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.cache import add_never_cache_headers, patch_vary_headers

from accounts.access import SESSION_ACCOUNT, SESSION_SUBACCOUNT, needs_second_factor
from accounts.models import Account, Membership
from accounts.principal import Principal
from accounts.selectors import memberships_of
from accounts.selectors.person import has_second_factor
from core.http import client_address
from core.tenancy import every_tenant, tenant

# Not pages: they have their own credential or none, and need no session.
MACHINE_PATHS = ("/webhooks/", "/api/", "/graph/", "/360dialog/", "/healthz", "/metrics", "/static/")
OWN_PATH = "/accounts/"  # login, logout, password, second factor: allowed without a second factor


class TenantMiddleware:
    """Sets `principal`, `account` and `memberships` on the request, and runs it in the account's scope.

    Without a login or membership they are None or empty and no scope is open, so tenant queries raise.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: Any) -> HttpResponse:
        if request.path.startswith(MACHINE_PATHS):
            return self.get_response(request)
        request.principal, request.account, request.memberships = None, None, []
        if not request.user.is_authenticated:
            return self.get_response(request)
        if request.path.startswith("/admin/") and request.user.is_staff:
            request.principal = Principal.of_operator(request.user, address=client_address(request))
            with every_tenant():
                return self.get_response(request)
        request.memberships = memberships_of(request.user)
        membership = _current(request.memberships, request.session.get(SESSION_ACCOUNT))
        response = self._in_account(request, membership) if membership else self.get_response(request)
        add_never_cache_headers(response)  # after a logout the back button must not show pages
        patch_vary_headers(response, ["HX-Request"])
        return response

    def _in_account(self, request: Any, membership: Membership) -> HttpResponse:
        request.account = account = membership.account
        request.principal = Principal.of_member(
            membership, subaccount_code=request.session.get(SESSION_SUBACCOUNT, ""), address=client_address(request)
        )
        zone = ZoneInfo(request.user.time_zone or account.time_zone)
        with tenant(account), timezone.override(zone):
            response = self.get_response(request)
        if response.streaming:
            streaming: Any = response
            streaming.streaming_content = _in_scope(streaming.streaming_content, account, zone)
        return response


class SecondFactorMiddleware:
    """Redirects people who need a second factor and have none to its page. Runs after `TenantMiddleware`."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: Any) -> HttpResponse:
        if request.path.startswith((*MACHINE_PATHS, OWN_PATH)) or not request.user.is_authenticated:
            return self.get_response(request)
        if not needs_second_factor(request.user, request.memberships) or has_second_factor(request.user):
            return self.get_response(request)
        if request.htmx:
            return HttpResponse(status=204, headers={"HX-Redirect": reverse("mfa_index")})
        return redirect("mfa_index")


def _current(memberships: list[Membership], account_id: int | None) -> Membership | None:
    """The membership in the session's account, else the oldest."""
    selected = (membership for membership in memberships if membership.account.pk == account_id)
    return next(selected, memberships[0] if memberships else None)


def _in_scope(chunks: Any, account: Account, zone: ZoneInfo) -> Iterator[bytes]:
    """Produce each chunk in the scope, which closed with the view; it is never open between two chunks."""
    iterator = iter(chunks)
    while True:
        with tenant(account), timezone.override(zone):
            try:
                chunk = next(iterator)
            except StopIteration:
                return
        yield chunk
