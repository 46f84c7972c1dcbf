"""Settings: where an account is told of its messages, whether that works, and what could not be told."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST

from accounts.access import TenantRequest, requires
from accounts.enums import Permission
from messaging.sending.selectors.outgoing import backlog, outgoing_webhooks
from messaging.sending.services.outgoing import post_again

allowed = requires(Permission.MANAGE_WEBHOOKS, whole_account=True)


@allowed
def outgoing(request: TenantRequest) -> HttpResponse:
    """Each configured webhook with its last success and failure; what waits, and what was given up and why."""
    whole = request.principal.choosing("")
    context = {"webhooks": outgoing_webhooks(whole), "backlog": backlog(request.account)}
    return render(request, "sending/outgoing.html", context)


@require_POST
@allowed
def again(request: TenantRequest) -> HttpResponse:
    """Post once more what was given up."""
    n = post_again(by=request.principal)
    said = ngettext("%(n)s receipt is back in line.", "%(n)s receipts are back in line.", n)
    messages.success(request, said % {"n": f"{n:,}"})
    return redirect("sending:outgoing")
