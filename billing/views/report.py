"""The cost report."""

from typing import Any

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.urls import reverse

from accounts.access import TenantRequest, requires
from accounts.enums import Permission
from billing.dimensions import DIMENSIONS
from billing.forms.report import CostForm
from billing.report.charts import cost_charts
from billing.report.figures import cost_figures, tier_table
from billing.report.table import CostTable
from billing.selectors import CostReport, cost_report, cost_totals, forecast, has_costs, tier_progress
from core.filters import query


@requires(Permission.VIEW_COSTS)
def costs(request: TenantRequest) -> HttpResponse:
    """What did it cost?"""
    form, report = _asked(request)
    context: dict[str, Any] = {"form": form, "report": report, "zone": ""}
    if report:
        context["zone"] = report.time_zone
        context["nothing_yet"] = not report.rows and not has_costs(request.account)
        context["table"] = CostTable(report, lambda keys: _log_link(form, keys))
        context["charts"] = cost_charts(report, form.today, lambda keys: _log_link(form, keys))
        context["csv"] = reverse("archive:costs_csv") + query(form.params)
        context["xlsx"] = reverse("archive:costs_xlsx") + query(form.params)
        context["export"] = reverse("archive:export_new") + query(form.params, {"dataset": "costs"})
        context |= _summary(request, form, report)
    return render(request, "billing/costs.html", context)


def _summary(request: TenantRequest, form: CostForm, report: CostReport) -> dict[str, Any]:
    """What stands above the chart: the sums beside those before, and in the running month what is ahead."""
    today, chosen, before = form.today, form.chosen(request.principal.subaccount_ids), form.period.before
    former = cost_totals(request.account, before.start, before.end, chosen)
    ahead = forecast(request.account, today, chosen) if form.running else []
    # Volume is counted over all subaccounts: who is limited to some does not see it.
    tiers = tier_progress(request.account, today) if form.running and not request.principal.reach.limited else []
    return {
        "figures": cost_figures(
            report.totals, former, ahead, today, lambda state: query(form.params, {"state": state})
        ),
        "before": before.label,
        "tiers": tier_table(tiers),
    }


def _asked(request: TenantRequest) -> tuple[CostForm, CostReport | None]:
    """The form, and its report (None when the form is invalid)."""
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
        chosen=form.chosen(request.principal.subaccount_ids),
    )
    return form, report


def _log_link(form: CostForm, keys: dict[str, Any]) -> str:
    """The log's delivered messages of a row of the report."""
    change, period = {"direction": "outbound"}, form.span()
    for name, dimension in DIMENSIONS.items():
        if value := keys.get(name):
            (period if dimension.by_time else change).update(dimension.log(value))
    return (
        reverse("log:log")
        + query(form.params, change | period, drop=("range", "group_by", "market", "state"))
        + "&status=delivered&status=read"
    )
