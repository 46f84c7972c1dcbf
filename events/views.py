"""Settings: an account's endpoints, their state, and undelivered events."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST

from accounts.access import TenantRequest, requires
from accounts.enums import Permission
from events.selectors import backlog, visible_endpoints
from events.services import retry_failed

permitted = requires(Permission.MANAGE_WEBHOOKS, whole_account=True)


@permitted
def deliveries(request: TenantRequest) -> HttpResponse:
    """Each endpoint with its last success and failure; the pending and failed deliveries with the reason."""
    context = {"endpoints": visible_endpoints(request.principal.in_subaccount("")), "backlog": backlog(request.account)}
    return render(request, "events/deliveries.html", context)


@require_POST
@permitted
def retry_failed_deliveries(request: TenantRequest) -> HttpResponse:
    """Retry the failed deliveries."""
    n = retry_failed(by=request.principal)
    text = ngettext("%(n)s receipt will be retried.", "%(n)s receipts will be retried.", n)
    messages.success(request, text % {"n": f"{n:,}"})
    return redirect("events:deliveries")
