"""The cost report."""

from typing import Any

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.urls import reverse

from accounts.access import TenantRequest, requires
from accounts.enums import Permission
from billing.dimensions import DIMENSIONS
from billing.forms.report import CostForm
from billing.notices import price_notices
from billing.report.charts import cost_charts
from billing.report.figures import cost_figures, tier_table
from billing.report.table import CostTable
from billing.selectors import CostReport, cost_report, cost_totals, forecast, has_costs, tier_progress
from core.filters import query


@requires(Permission.VIEW_COSTS)
def costs(request: TenantRequest) -> HttpResponse:
    """The cost report."""
    form, report = _form_and_report(request)
    context: dict[str, Any] = {"form": form, "report": report, "zone": ""}
    if report:
        context["zone"] = report.time_zone
        context["nothing_yet"] = not report.rows and not has_costs(request.account)
        context["table"] = CostTable(report, lambda keys: _log_link(form, keys))
        context["charts"] = cost_charts(report, form.today, lambda keys: _log_link(form, keys))
        context["by_source"] = query(form.params, {"group_by": "price_source"})
        context["csv"] = reverse("archive:costs_csv") + query(form.params)
        context["xlsx"] = reverse("archive:costs_xlsx") + query(form.params)
        context["export"] = reverse("archive:export_new") + query(form.params, {"dataset": "costs"})
        context |= _summary(request, form, report)
    return render(request, "billing/costs.html", context)


def _summary(request: TenantRequest, form: CostForm, report: CostReport) -> dict[str, Any]:
    """The key figures, compared to the period before, and in the current month the forecast and the tiers."""
    today, cost_filter, before = form.today, form.cost_filter(request.principal.subaccount_ids), form.period.before
    former = cost_totals(request.account, before.start, before.end, cost_filter)
    forecasts = forecast(request.account, today, cost_filter) if form.running else []
    # Volume is counted over all subaccounts, so principals limited to some do not see it.
    tiers = tier_progress(request.account, today) if form.running and not request.principal.reach.limited else []
    return {
        "figures": cost_figures(
            report.totals, former, forecasts, today, lambda state: query(form.params, {"state": state})
        ),
        "notices": price_notices(request.account) if form.running else [],
        "before": before.label,
        "tiers": tier_table(tiers),
    }


def _form_and_report(request: TenantRequest) -> tuple[CostForm, CostReport | None]:
    """The form and its report; None for an invalid form."""
    form = CostForm(request.GET, request.principal)
    if not form.is_valid():
        if form.unknown_object:
            raise Http404("No such channel or template.")
        return form, None
    report = cost_report(
        request.account,
        start=form.period.start,
        end=form.period.end,
        group_by=form.groups,
        cost_filter=form.cost_filter(request.principal.subaccount_ids),
    )
    return form, report


def _log_link(form: CostForm, keys: dict[str, Any]) -> str:
    """The link to the delivered messages of a row in the log."""
    change, period = {"direction": "outbound"}, form.span()
    for name, dimension in DIMENSIONS.items():
        if value := keys.get(name):
            (period if dimension.by_time else change).update(dimension.log(value))
    return (
        reverse("log:log")
        + query(form.params, change | period, drop=("range", "group_by", "market", "state"))
        + "&status=delivered&status=read"
    )
