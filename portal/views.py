"""The dashboard, the usage report, the operations page, and error pages."""

from collections.abc import Iterable
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone

from accounts.access import LimitedReach, MissingPermission, TenantRequest, operators_only, requires
from accounts.enums import Permission
from core.filters import query
from core.zones import current_zone
from messaging.inbound.selectors.endpoints import endpoint_addresses
from messaging.log.filters import traffic_filter
from messaging.log.forms.log import TrafficForm
from messaging.log.models import PhoneNumber
from messaging.log.selectors.channels import channels, named_templates
from messaging.log.selectors.health import health
from messaging.log.selectors.traffic import has_traffic, traffic
from portal.dashboard import Dashboard, month_costs
from portal.health_summary import health_summary
from portal.operations import installation_state, own_gaps


@requires(Permission.VIEW_DASHBOARD)
def dashboard(request: TenantRequest) -> HttpResponse:
    """The dashboard: whether delivery is healthy."""
    numbers = channels(request.account, request.principal.subaccount_ids)
    summary = _dashboard(request, numbers)
    context = {
        "form": summary.form,
        "dashboard": summary,
        "as_of": timezone.now(),
        "gaps": own_gaps(request.principal, timezone.now()),
    }
    if summary.is_empty:
        context["nothing_yet"] = not has_traffic(request.account)
        context["addresses"] = endpoint_addresses(request.principal)
        return render(request, "dashboard_empty.html", context)
    if request.principal.may(Permission.VIEW_COSTS):
        context["month"] = month_costs(request.principal, summary.form)
    context["qualities"] = {number.pk: number.quality for number in numbers}
    context["health_summary"] = health_summary(
        health(request.account, request.principal.subaccount_ids, timezone.now())
    )
    return render(request, "dashboard.html", context)


@requires(Permission.VIEW_DASHBOARD)
def usage(request: TenantRequest) -> HttpResponse:
    """The usage report: messages by day and status."""
    summary = _dashboard(request, channels(request.account, request.principal.subaccount_ids))
    context = {
        "form": summary.form, "dashboard": summary, "as_of": timezone.now(),
        "nothing_yet": summary.is_empty and not has_traffic(request.account),
        "export": reverse("archive:export_new") + query(summary.form.params, {"dataset": "usage"}),
    }  # fmt: skip
    return render(request, "usage.html", context)


def _dashboard(request: TenantRequest, numbers: Iterable[PhoneNumber]) -> Dashboard:
    """The dashboard for the filters in the URL. Raises Http404 for a channel out of reach."""
    form = TrafficForm(
        request.GET,
        today=timezone.localdate(),
        subaccounts={each.code: each.name for each in request.principal.reach.visible},
        channels=numbers,
        templates=named_templates(request.account, request.principal.subaccount_ids),
    )
    form.full_clean()
    if form.unknown_object:
        raise Http404("No such channel.")
    counts = traffic(request.account, form.period, current_zone(), traffic_filter(form, request.principal.reach))
    return Dashboard(counts, form, timezone.localdate())


@operators_only
def operations(request: HttpRequest) -> HttpResponse:
    """The state of the whole installation; the page refreshes itself."""
    context = {"state": installation_state(timezone.now())}
    is_refresh = request.htmx  # type: ignore[attr-defined]
    return render(request, "operations_live.html" if is_refresh else "operations.html", context)


def forbidden(request: HttpRequest, exception: Exception) -> HttpResponse:
    """403 naming the roles with the permission."""
    context = {
        "missing": exception if isinstance(exception, MissingPermission) else None,
        "limited": isinstance(exception, LimitedReach),
    }
    return render(request, "403.html", context, status=403)


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """403 for a form that was open too long or came from another site."""
    context: dict[str, Any] = {"reason": reason}
    return render(request, "403_csrf.html", context, status=403)
