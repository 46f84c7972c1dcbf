"""Settings pages of webhook endpoints: addresses, secrets, checks."""

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_variables
from django.views.decorators.http import require_POST

from accounts.access import TenantRequest, requires
from accounts.enums import Permission
from core.http import form_data
from messaging.inbound.endpoint_check import CheckResult, check_endpoint
from messaging.inbound.forms import EndpointForm, RotateForm
from messaging.inbound.models import WebhookEndpoint
from messaging.inbound.selectors.endpoints import address_of, endpoint_of, endpoints
from messaging.inbound.services import endpoints as services

allowed = requires(Permission.MANAGE_WEBHOOKS, whole_account=True)


@allowed
def endpoint_list(request: TenantRequest) -> HttpResponse:
    """List the addresses and when each last received a webhook."""
    addresses = [(endpoint, address_of(endpoint)) for endpoint in endpoints(request.account)]
    return render(request, "inbound/endpoints.html", {"endpoints": addresses})


@allowed
@sensitive_variables("created")
def new_endpoint(request: TenantRequest) -> HttpResponse:
    """Create an address. Only the response to the form shows its secret."""
    form = EndpointForm(form_data(request))
    if form.is_valid():
        cleaned = form.cleaned_data
        created = services.create_endpoint(
            by=request.principal, provider=cleaned["provider"], name=cleaned["name"],
            app_secret=cleaned["app_secret"],
        )  # fmt: skip
        return _show_secrets(request, created, new=True)
    return render(request, "inbound/endpoint_new.html", {"form": form})


@allowed
def endpoint(request: TenantRequest, endpoint_id: int) -> HttpResponse:
    """Show one address: its settings at the provider, who may post, and actions."""
    return _page(request, _endpoint(request, endpoint_id))


@require_POST
@allowed
def run_endpoint_check(request: TenantRequest, endpoint_id: int) -> HttpResponse:
    """Call the address as providers do, and show the results."""
    endpoint = _endpoint(request, endpoint_id)
    return _page(request, endpoint, results=check_endpoint(endpoint))


@allowed
@sensitive_variables("rotated")
def rotate_endpoint(request: TenantRequest, endpoint_id: int) -> HttpResponse:
    """Show the form, then activate a new secret and show it once."""
    endpoint = _endpoint(request, endpoint_id)
    form = RotateForm(form_data(request), endpoint=endpoint)
    if form.is_valid():
        rotated = services.rotate_endpoint(by=request.principal, endpoint=endpoint, **form.cleaned_data)
        return _show_secrets(request, rotated, new=False)
    return render(request, "inbound/endpoint_rotate.html", {"form": form, "endpoint": endpoint})


@allowed
def switch_endpoint(request: TenantRequest, endpoint_id: int) -> HttpResponse:
    """Confirm, then switch an address off or on."""
    endpoint = _endpoint(request, endpoint_id)
    if request.method != "POST":
        return render(request, "inbound/endpoint_switch.html", {"endpoint": endpoint})
    services.switch_endpoint(by=request.principal, endpoint=endpoint, active=request.POST.get("active") == "on")
    notice = _("%(name)s has been switched on.") if endpoint.is_active else _("%(name)s has been switched off.")
    messages.success(request, notice % {"name": endpoint.name})
    return redirect("inbound:endpoint", endpoint.pk)


def _endpoint(request: TenantRequest, endpoint_id: int) -> WebhookEndpoint:
    endpoint = endpoint_of(request.account, endpoint_id)
    if endpoint is None:
        raise Http404("No such endpoint.")
    return endpoint


def _page(request: TenantRequest, endpoint: WebhookEndpoint, results: list[CheckResult] | None = None) -> HttpResponse:
    context = {
        "endpoint": endpoint,
        "address": address_of(endpoint),
        "rotating": _is_rotating(endpoint),
        "results": results,
    }
    return render(request, "inbound/endpoint.html", context)


def _is_rotating(endpoint: WebhookEndpoint) -> bool:
    """Whether a former secret is still valid."""
    has_former = endpoint.former_header_digest is not None or bool(endpoint.former_app_secret)
    return has_former and endpoint.former_until is not None and endpoint.former_until > timezone.now()


def _show_secrets(request: TenantRequest, issued: services.EndpointSecrets, *, new: bool) -> HttpResponse:
    context = {
        "endpoint": issued.endpoint,
        "address": address_of(issued.endpoint),
        "header_value": issued.header_value,
        "new": new,
        "rotating": _is_rotating(issued.endpoint),
    }
    return render(request, "inbound/endpoint_secrets.html", context)
