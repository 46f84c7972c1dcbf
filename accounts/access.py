"""Access to pages: the request of a logged-in person, and the decorators that check permissions."""

from collections.abc import Callable
from functools import wraps
from typing import Any
from urllib.parse import urlencode

from django.conf import settings
from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render

from accounts.enums import Permission, Role
from accounts.models import Account, Membership, User
from accounts.permissions import roles_with
from accounts.principal import Principal
from core.tenancy import every_tenant
from core.words import join_and

SESSION_ACCOUNT = "account"
SESSION_SUBACCOUNT = "subaccount"
PARAMETER = "subaccount"  # in every page's URL


class TenantRequest(HttpRequest):
    """A request after `TenantMiddleware`, in a view decorated with `requires`."""

    user: User
    principal: Principal
    memberships: list[Membership]
    account: Account
    htmx: Any


class MissingPermission(PermissionDenied):
    """The person's role lacks a permission; the error page names the roles that have it."""

    def __init__(self, permission: Permission) -> None:
        self.permission = permission
        self.roles_in_words = join_and([role.label for role in roles_with(permission)])
        super().__init__(f"This requires the permission “{permission.label}”.")


class LimitedReach(PermissionDenied):
    """The page covers the whole account, but the person is limited to some subaccounts."""


type_of_view = Callable[..., HttpResponseBase]


def requires(permission: Permission, *, whole_account: bool = False) -> Callable[[type_of_view], type_of_view]:
    """Allow a view to members with the permission; with `whole_account`, only to those not limited to subaccounts.

    Others get the login, a page for people without a membership, or 403 naming the roles. An unknown subaccount in the
    URL is 404. The session keeps the selected subaccount and adds it to each URL, except on pages of the whole account.
    """

    def decorate(view: type_of_view) -> type_of_view:
        @wraps(view)
        def guarded(request: Any, *args: Any, **kwargs: Any) -> HttpResponseBase:
            if not request.user.is_authenticated:
                return redirect_to_login(request.get_full_path())
            if request.principal is None:
                return no_membership(request)
            if not request.principal.may(permission):
                raise MissingPermission(permission)
            if whole_account:
                if request.principal.reach.limited:
                    raise LimitedReach("This page covers the whole account.")
                return view(request, *args, **kwargs)
            return _select_subaccount(request) or view(request, *args, **kwargs)

        return guarded

    return decorate


def operators_only(view: type_of_view) -> type_of_view:
    """Allow a view to the operators of the installation, in the scope of every tenant.

    Others get the login (an htmx request redirects the whole page) or 403.
    """

    @wraps(view)
    def guarded(request: Any, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if not request.user.is_authenticated:
            login = redirect_to_login(request.get_full_path())
            return HttpResponse(status=204, headers={"HX-Redirect": login.url}) if request.htmx else login
        if not request.user.is_staff:
            raise PermissionDenied("This page is for the operators of this installation.")
        with every_tenant():
            return view(request, *args, **kwargs)

    return guarded


def needs_second_factor(user: User, memberships: list[Membership]) -> bool:
    """Whether a person must have a second factor: operators, and owners of an account.

    Demo logins need none while Tollgate serves only this computer; their passwords are printed at every start.
    """
    if user.is_demo and settings.LOOPBACK:
        return False
    return user.is_staff or any(membership.role == Role.OWNER for membership in memberships)


def no_membership(request: HttpRequest) -> HttpResponse:
    """The page for people without a membership; operators go to the admin."""
    if getattr(request.user, "is_staff", False):
        return redirect("admin:index")
    return render(request, "accounts/no_membership.html", status=403)


def _select_subaccount(request: Any) -> HttpResponseRedirect | None:
    if request.method not in {"GET", "HEAD"}:
        return None
    reach = request.principal.reach
    if PARAMETER not in request.GET:
        if reach.selected is None:
            return None
        query = urlencode([(PARAMETER, reach.selected.code), *_pairs(request)])
        return HttpResponseRedirect(f"{request.path}?{query}")
    code = request.GET[PARAMETER].strip()
    if code and reach.find(code) is None:
        raise Http404("No such subaccount.")
    if code != (reach.selected.code if reach.selected else ""):
        request.session[SESSION_SUBACCOUNT] = code
        request.principal = request.principal.in_subaccount(code)
    return None


def _pairs(request: HttpRequest) -> list[tuple[str, str]]:
    return [(name, str(value)) for name, values in request.GET.lists() for value in values]
