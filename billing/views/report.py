"""The cost report."""

from datetime import date
from typing import Any

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.urls import reverse

from accounts.access import TenantRequest, requires
from accounts.enums import Permission
from billing.forms.report import CostForm
from billing.report.charts import cost_charts
from billing.report.figures import cost_figures, tier_table
from billing.report.table import CostTable
from billing.selectors import (
    CostReport,
    billing_zone,
    cost_report,
    cost_totals,
    forecast,
    has_costs,
    market_names,
    tier_progress,
    today_in,
)
from billing.selectors.names import naming
from core.filters import query


@requires(Permission.VIEW_COSTS)
def costs(request: TenantRequest) -> HttpResponse:
    """What did it cost?"""
    form, report, today = _asked(request)
    context: dict[str, Any] = {"form": form, "report": report, "zone": ""}
    if report:
        context["zone"] = report.time_zone
        context["nothing_yet"] = not report.rows and not has_costs(request.account)
        context["table"] = CostTable(report, lambda keys: _log_link(form, keys))
        context["charts"] = cost_charts(report, today, lambda keys: _log_link(form, keys))
        context["csv"] = reverse("archive:costs_csv") + query(form.params)
        context["xlsx"] = reverse("archive:costs_xlsx") + query(form.params)
        context["export"] = reverse("archive:export_new") + query(form.params, {"dataset": "costs"})
        context |= _summary(request, form, report, today)
    return render(request, "billing/costs.html", context)


def _summary(request: TenantRequest, form: CostForm, report: CostReport, today: date) -> dict[str, Any]:
    """What stands above the chart: the sums beside those before, and in the running month what is ahead."""
    chosen, before = form.chosen(request.principal.subaccount_ids), form.period.before
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


def _asked(request: TenantRequest) -> tuple[CostForm, CostReport | None, date]:
    """The form, its report (None when the form is invalid), and today in the billing time zone."""
    today = today_in(billing_zone(request.account))
    form = CostForm(
        request.GET,
        today=today,
        subaccounts={each.code: each.name for each in request.principal.reach.visible},
        channels=naming("channel").choices(request.account, request.principal.subaccount_ids),
        templates=naming("template").choices(request.account, request.principal.subaccount_ids),
        markets=market_names(),
    )
    if not form.is_valid():
        if form.unknown_object:
            raise Http404("No such channel or template.")
        return form, None, today
    report = cost_report(
        request.account,
        start=form.period.start,
        end=form.period.end,
        group_by=form.groups,
        chosen=form.chosen(request.principal.subaccount_ids),
    )
    return form, report, today


def _log_link(form: CostForm, keys: dict[str, Any]) -> str:
    """The log's delivered messages of a row of the report."""
    change = {"direction": "outbound"}
    for group in ("country", "category", "subaccount", "channel"):
        if keys.get(group):
            change[group] = str(keys[group])
    if keys.get("template"):
        change["template"] = keys["template"].name
    day = keys.get("day")
    period = {"from": str(day), "to": str(day)} if day else form.span()
    return (
        reverse("log:log")
        + query(form.params, change | period, drop=("range", "group_by", "market", "state"))
        + "&status=delivered&status=read"
    )
