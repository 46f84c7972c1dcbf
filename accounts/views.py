"""Pages about oneself."""

from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_POST

from accounts.access import SESSION_ACCOUNT, SESSION_SUBACCOUNT


@require_POST
@login_required
def switch_account(request: Any) -> HttpResponse:
    """Go to another account one belongs to; any other is 404."""
    wanted = request.POST.get("account", "")
    for membership in request.memberships:
        if str(membership.account.public_id) == wanted:
            request.session[SESSION_ACCOUNT] = membership.account.pk
            request.session.pop(SESSION_SUBACCOUNT, None)
            return redirect("dashboard")
    raise Http404("No such account.")


def signup_closed(request: HttpRequest) -> HttpResponse:
    """Nobody signs up alone: back to the login, which says whom to ask."""
    return redirect("account_login")
