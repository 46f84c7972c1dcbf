"""The cost report, as a page and as a file."""

from datetime import date
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone

from accounts.access import TenantRequest, requires
from accounts.enums import Permission
from billing.charts import cost_charts
from billing.exports import cost_csv
from billing.forms import CostForm
from billing.selectors import CostReport, billing_zone, cost_report, has_costs
from billing.table import CostTable
from portal.core.filters import query


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
        context["csv"] = reverse("billing:costs_csv") + query(form.params)
    return render(request, "billing/costs.html", context)


@requires(Permission.VIEW_COSTS)
def costs_csv(request: TenantRequest) -> HttpResponse:
    """The same report as a file."""
    form, report, _ = _asked(request)
    if report is None:
        return render(request, "billing/costs.html", {"form": form, "report": None}, status=400)
    response = HttpResponse(cost_csv(report), content_type="text/csv; charset=utf-8")
    name = f"costs_{report.start}_{report.end}.csv"
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


def _asked(request: TenantRequest) -> tuple[CostForm, CostReport | None, date]:
    """The form, its report (None when the form is invalid), and today in the billing time zone."""
    today = timezone.localdate(timezone=_zone(billing_zone(request.account)))
    subaccounts = {each.code: each.name for each in request.reach.visible}
    form = CostForm(request.GET, today=today, subaccounts=subaccounts)
    if not form.is_valid():
        return form, None, today
    asked = form.cleaned_data
    report = cost_report(
        request.account,
        start=form.period.start,
        end=form.period.end,
        group_by=form.groups,
        subaccount_ids=request.reach.ids,
        countries=[asked["country"]] if asked["country"] else [],
        categories=[asked["category"]] if asked["category"] else [],
    )
    return form, report, today


def _zone(names: str) -> ZoneInfo:
    """The first of the WABAs' zones: it decides which day is today when they differ."""
    try:
        return ZoneInfo(names.partition(",")[0])
    except (ZoneInfoNotFoundError, ValueError):
        return ZoneInfo("UTC")


def _log_link(form: CostForm, keys: dict[str, Any]) -> str:
    """The log's delivered messages of a row of the report."""
    change = {"direction": "outbound"}
    for group in ("country", "category", "subaccount"):
        if keys.get(group):
            change[group] = str(keys[group])
    day = keys.get("day")
    period = {"from": str(day), "to": str(day)} if day else form.span()
    return (
        reverse("messaging:log")
        + query(form.params, change | period, drop=("range", "group_by"))
        + "&status=delivered&status=read"
    )
