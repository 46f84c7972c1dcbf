"""Settings of webhook endpoints: addresses, secrets, whether they work."""

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_variables
from django.views.decorators.http import require_POST

from accounts.access import TenantRequest, requires
from accounts.enums import Permission
from core.http import posted
from messaging.inbound.endpoint_check import Finding, check_endpoint
from messaging.inbound.forms import EndpointForm, RotateForm
from messaging.inbound.models import WebhookEndpoint
from messaging.inbound.selectors.endpoints import address_of, endpoint_of, endpoints
from messaging.inbound.services import endpoints as services

allowed = requires(Permission.MANAGE_WEBHOOKS, whole_account=True)


@allowed
def endpoint_list(request: TenantRequest) -> HttpResponse:
    """Each address, and when it last took a webhook."""
    found = [(endpoint, address_of(endpoint)) for endpoint in endpoints(request.account)]
    return render(request, "inbound/endpoints.html", {"endpoints": found})


@allowed
@sensitive_variables("made")
def new_endpoint(request: TenantRequest) -> HttpResponse:
    """Make an address. The answer to the form shows its secret, and no other page does."""
    form = EndpointForm(posted(request))
    if form.is_valid():
        given = form.cleaned_data
        made = services.make_endpoint(
            by=request.principal, provider=given["provider"], name=given["name"],
            app_secret=given["app_secret"],
        )  # fmt: skip
        return _show_secrets(request, made, new=True)
    return render(request, "inbound/endpoint_new.html", {"form": form})


@allowed
def endpoint(request: TenantRequest, endpoint_id: int) -> HttpResponse:
    """One address: what to enter at the provider, who may post, how to change it."""
    return _page(request, _endpoint(request, endpoint_id))


@require_POST
@allowed
def try_endpoint(request: TenantRequest, endpoint_id: int) -> HttpResponse:
    """Call the address as providers do, and say what happened."""
    found = _endpoint(request, endpoint_id)
    return _page(request, found, findings=check_endpoint(found))


@allowed
@sensitive_variables("made")
def rotate_endpoint(request: TenantRequest, endpoint_id: int) -> HttpResponse:
    """Ask, then put a new secret in force and show it once."""
    found = _endpoint(request, endpoint_id)
    form = RotateForm(posted(request), endpoint=found)
    if form.is_valid():
        made = services.rotate_endpoint(by=request.principal, endpoint=found, **form.cleaned_data)
        return _show_secrets(request, made, new=False)
    return render(request, "inbound/endpoint_rotate.html", {"form": form, "endpoint": found})


@allowed
def switch_endpoint(request: TenantRequest, endpoint_id: int) -> HttpResponse:
    """Ask, then switch an address off; or switch it on again."""
    found = _endpoint(request, endpoint_id)
    if request.method != "POST":
        return render(request, "inbound/endpoint_switch.html", {"endpoint": found})
    services.switch_endpoint(by=request.principal, endpoint=found, active=request.POST.get("active") == "on")
    said = _("%(name)s has been switched on.") if found.is_active else _("%(name)s has been switched off.")
    messages.success(request, said % {"name": found.name})
    return redirect("inbound:endpoint", found.pk)


def _endpoint(request: TenantRequest, endpoint_id: int) -> WebhookEndpoint:
    found = endpoint_of(request.account, endpoint_id)
    if found is None:
        raise Http404("No such endpoint.")
    return found


def _page(request: TenantRequest, found: WebhookEndpoint, findings: list[Finding] | None = None) -> HttpResponse:
    context = {"endpoint": found, "address": address_of(found), "rotating": _rotating(found), "findings": findings}
    return render(request, "inbound/endpoint.html", context)


def _rotating(found: WebhookEndpoint) -> bool:
    """Whether a former secret is valid beside the new one."""
    former = found.former_header_digest is not None or bool(found.former_app_secret)
    return former and found.former_until is not None and found.former_until > timezone.now()


def _show_secrets(request: TenantRequest, made: services.MadeEndpoint, *, new: bool) -> HttpResponse:
    context = {
        "endpoint": made.endpoint,
        "address": address_of(made.endpoint),
        "header_value": made.header_value,
        "new": new,
        "rotating": _rotating(made.endpoint),
    }
    return render(request, "inbound/endpoint_secrets.html", context)
