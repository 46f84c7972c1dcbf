"""The audit log."""

from django.http import HttpResponse, HttpResponseBadRequest
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET

from accounts.access import TenantRequest, requires
from accounts.audit_export import audit_csv
from accounts.audit_words import action_words, details_words
from accounts.enums import Permission
from accounts.forms import AuditForm
from accounts.selectors.audit import actions_of, audit_entries, filtered_entries
from accounts.selectors.audit_chain import chain_of
from core.csv_lines import csv_response
from core.filters import query
from core.zones import current_zone


@requires(Permission.VIEW_AUDIT, whole_account=True)
def audit(request: TenantRequest) -> HttpResponse:
    """The account's audit entries, newest first."""
    form = _form(request)
    context: dict[str, object] = {"form": form, "params": request.GET, "chain": chain_of(request.account)}
    if form.is_valid():
        page = audit_entries(request.account, form.audit_filter(current_zone()), request.GET.dict())
        context["page"] = page
        context["entries"] = [(entry, action_words(entry.action), details_words(entry.details)) for entry in page.rows]
        context["csv"] = reverse("audit_csv") + query(form.params)
    return render(request, "accounts/audit.html", context)


@requires(Permission.VIEW_AUDIT, whole_account=True)
@require_GET
def audit_file(request: TenantRequest) -> HttpResponseBase:
    """All entries that match the filters, as CSV. The download is audited."""
    form = _form(request)
    if not form.is_valid():
        return HttpResponseBadRequest(form.errors.as_text(), content_type="text/plain; charset=utf-8")
    criteria = form.audit_filter(current_zone())
    request.principal.record("audit.exported", "CSV", criteria.details)
    rows = filtered_entries(request.account, criteria).order_by("-at", "-id").iterator(chunk_size=2_000)
    return csv_response(audit_csv(rows), "audit")


def _form(request: TenantRequest) -> AuditForm:
    return AuditForm(request.GET, today=timezone.localdate(), actions=actions_of(request.account))
