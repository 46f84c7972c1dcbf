"""Settings: where an account's events go, whether that works, and what could not be delivered."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST

from accounts.access import TenantRequest, requires
from accounts.enums import Permission
from events.selectors import backlog, endpoints_within
from events.services import post_again

allowed = requires(Permission.MANAGE_WEBHOOKS, whole_account=True)


@allowed
def deliveries(request: TenantRequest) -> HttpResponse:
    """Each endpoint with its last success and failure; what waits, and what was given up and why."""
    context = {"endpoints": endpoints_within(request.principal.choosing("")), "backlog": backlog(request.account)}
    return render(request, "events/deliveries.html", context)


@require_POST
@allowed
def post_given_up(request: TenantRequest) -> HttpResponse:
    """Post once more what was given up."""
    n = post_again(by=request.principal)
    text = ngettext("%(n)s receipt will be retried.", "%(n)s receipts will be retried.", n)
    messages.success(request, text % {"n": f"{n:,}"})
    return redirect("events:deliveries")
