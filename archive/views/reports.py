"""The cost report as a file, made while one waits: it is read from sums and never large."""

from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone

from accounts.access import TenantRequest, requires
from accounts.enums import Permission
from archive.enums import Dataset, Format
from archive.exports.jobs import audit
from archive.exports.page_query import question
from archive.exports.requests import ExportSpec, draft_export
from archive.exports.work import made_now
from archive.views.files import small_response
from core.zones import current_zone


@requires(Permission.VIEW_COSTS)
def costs_csv(request: TenantRequest) -> HttpResponse:
    """The cost report as CSV."""
    return _file(request, Format.CSV)


@requires(Permission.VIEW_COSTS)
def costs_xlsx(request: TenantRequest) -> HttpResponse:
    """The cost report as an Excel workbook."""
    return _file(request, Format.XLSX)


def _file(request: TenantRequest, form: Format) -> HttpResponse:
    zone, dataset = current_zone(), Dataset.COSTS
    asked = question(request.principal, dataset, request.GET, zone=zone)
    if not asked.valid:
        return render(request, "billing/costs.html", {"form": asked.form, "report": None}, status=400)
    export = draft_export(
        request.principal, ExportSpec(dataset, asked.filters, zone.key, format=form, words=asked.words)
    )
    with made_now(export) as path:
        data = path.read_bytes()
    export.finished_at = timezone.now()
    audit(export, "downloaded", request.principal)
    period = asked.form.period
    return small_response(export, data, f"costs_{period.start}_{period.end}")
