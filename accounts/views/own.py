"""Pages of one's own login: profile, second factor, and switching accounts."""

from ipaddress import ip_address
from typing import Any
from urllib.parse import urlsplit

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST

from accounts.access import SESSION_ACCOUNT, SESSION_SUBACCOUNT, needs_second_factor
from accounts.forms import ProfileForm
from accounts.selectors.person import logins_of, second_factor_of
from accounts.services.person import change_profile, end_other_sessions
from core.http import form_data


@login_required
def profile(request: Any) -> HttpResponse:
    """Name, time zone, password and open sessions."""
    form = ProfileForm(form_data(request), user=request.user, account=request.account)
    if form.is_valid():
        change_profile(request.user, **form.cleaned_data)
        messages.success(request, _("Your profile has been saved."))
        return redirect("profile")
    logins = logins_of(request.user, request.session.session_key)
    return render(request, "accounts/profile.html", {"form": form, "logins": logins})


@require_POST
@login_required
def end_sessions(request: Any) -> HttpResponse:
    """End all other sessions."""
    ended = end_other_sessions(request.user, request.session.session_key)
    text = ngettext(
        "You have been logged out of %(n)d other session.", "You have been logged out of %(n)d other sessions.", ended
    )
    messages.success(request, text % {"n": ended})
    return redirect("profile")


@login_required
def second_factor(request: Any) -> HttpResponse:
    """The second factor. People who need one and have none are redirected here."""
    context = {
        "factor": second_factor_of(request.user),
        "required": needs_second_factor(request.user, request.memberships),
        "address": _ip_address(request.get_host()),
    }
    return render(request, "accounts/second_factor.html", context)


def _ip_address(host: str) -> str:
    """The host if it is an IP address, for which browsers do not support security keys; else empty."""
    name = urlsplit(f"//{host}").hostname or ""
    try:
        return str(ip_address(name))
    except ValueError:
        return ""


@require_POST
@login_required
def switch_account(request: Any) -> HttpResponse:
    """Switch to another account of the person; any other is 404."""
    account_id = request.POST.get("account", "")
    for membership in request.memberships:
        if str(membership.account.public_id) == account_id:
            request.session[SESSION_ACCOUNT] = membership.account.pk
            request.session.pop(SESSION_SUBACCOUNT, None)
            return redirect("dashboard")
    raise Http404("No such account.")


def signup_closed(request: HttpRequest) -> HttpResponse:
    """There is no sign-up: redirect to the login, which says whom to ask."""
    return redirect("account_login")


def email_closed(request: HttpRequest) -> HttpResponse:
    """People cannot change their own address; invitations and operators set it."""
    return redirect("profile")
