"""The page behind the link of an invitation."""

from typing import Any

from allauth.account.utils import perform_login
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache

from accounts.access import SESSION_ACCOUNT, SESSION_SUBACCOUNT
from accounts.forms import JoinForm
from accounts.models import Invitation, Membership, User
from accounts.services.team import accept, find_invitation, join
from core.errors import UserError
from core.forms import show_error
from core.http import client_address, form_data


@never_cache
def invitation(request: Any, token: str) -> HttpResponse:
    """Accept: as who is logged in, after a login, or with a new login; a dead link says what to do."""
    found = find_invitation(token)
    if found is None:
        return render(request, "accounts/invitation_expired.html", status=404)
    if request.user.is_authenticated:
        return _accept(request, found, token)
    if User.objects.filter(email=found.email).exists():
        return render(request, "accounts/invitation_login.html", {"invitation": found})
    return _join(request, found, token)


def _accept(request: Any, found: Invitation, token: str) -> HttpResponse:
    context = {"invitation": found, "fits": request.user.email == found.email}
    if request.method == "POST":
        try:
            membership = accept(token=token, user=request.user, address=client_address(request))
        except UserError as error:
            context["problem"] = error
        else:
            return _enter(request, membership)
    return render(request, "accounts/invitation.html", context)


def _join(request: Any, found: Invitation, token: str) -> HttpResponse:
    form = JoinForm(form_data(request), email=found.email)
    if form.is_valid():
        try:
            membership = join(token=token, address=client_address(request), **form.cleaned_data)
        except UserError as error:
            show_error(form, error)
        else:
            perform_login(request, membership.user)
            return _enter(request, membership)
    return render(request, "accounts/invitation_join.html", {"form": form, "invitation": found})


def _enter(request: Any, membership: Membership) -> HttpResponse:
    request.session[SESSION_ACCOUNT] = membership.account_id
    request.session.pop(SESSION_SUBACCOUNT, None)
    messages.success(request, _("Welcome to %(account)s.") % {"account": membership.account.name})
    return redirect("dashboard")
