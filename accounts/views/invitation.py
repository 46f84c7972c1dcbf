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
def accept_invitation(request: Any, token: str) -> HttpResponse:
    """Accept an invitation: logged in, after logging in, or with a new login. An expired link says what to do."""
    invitation = find_invitation(token)
    if invitation is None:
        return render(request, "accounts/invitation_expired.html", status=404)
    if request.user.is_authenticated:
        return _accept(request, invitation, token)
    if User.objects.filter(email=invitation.email).exists():
        return render(request, "accounts/invitation_login.html", {"invitation": invitation})
    return _join(request, invitation, token)


def _accept(request: Any, invitation: Invitation, token: str) -> HttpResponse:
    context = {"invitation": invitation, "fits": request.user.email == invitation.email}
    if request.method == "POST":
        try:
            membership = accept(token=token, user=request.user, address=client_address(request))
        except UserError as error:
            context["problem"] = error
        else:
            return _open_account(request, membership)
    return render(request, "accounts/invitation.html", context)


def _join(request: Any, invitation: Invitation, token: str) -> HttpResponse:
    form = JoinForm(form_data(request), email=invitation.email)
    if form.is_valid():
        try:
            membership = join(token=token, address=client_address(request), **form.cleaned_data)
        except UserError as error:
            show_error(form, error)
        else:
            perform_login(request, membership.user)
            return _open_account(request, membership)
    return render(request, "accounts/invitation_join.html", {"form": form, "invitation": invitation})


def _open_account(request: Any, membership: Membership) -> HttpResponse:
    request.session[SESSION_ACCOUNT] = membership.account_id
    request.session.pop(SESSION_SUBACCOUNT, None)
    messages.success(request, _("Welcome to %(account)s.") % {"account": membership.account.name})
    return redirect("dashboard")
