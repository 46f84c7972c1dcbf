"""The cost report as a file, made within the request: it is read from sums and never large."""

from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone

from accounts.access import TenantRequest, requires
from accounts.enums import Permission
from archive.enums import Dataset, Format
from archive.exports.jobs import audit
from archive.exports.page_query import page_query
from archive.exports.requests import ExportSpec, draft_export
from archive.exports.work import temporary_file
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
    query = page_query(request.principal, dataset, request.GET, zone=zone)
    if not query.valid:
        return render(request, "billing/costs.html", {"form": query.form, "report": None}, status=400)
    export = draft_export(
        request.principal, ExportSpec(dataset, query.filters, zone.key, format=form, words=query.words)
    )
    with temporary_file(export) as path:
        data = path.read_bytes()
    export.finished_at = timezone.now()
    audit(export, "downloaded", request.principal)
    period = query.form.period
    return small_response(export, data, f"costs_{period.start}_{period.end}")
