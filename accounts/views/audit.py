"""The audit log."""

from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone

from accounts.access import TenantRequest, requires
from accounts.audit_words import action_words, details_words
from accounts.enums import Permission
from accounts.forms import AuditForm
from accounts.selectors.audit import actions_of, audit_entries
from portal.core.zones import current_zone


@requires(Permission.VIEW_AUDIT, whole_account=True)
def audit(request: TenantRequest) -> HttpResponse:
    """Who did what in the account, newest first."""
    form = AuditForm(request.GET, today=timezone.localdate(), actions=actions_of(request.account))
    context: dict[str, object] = {"form": form, "params": request.GET}
    if form.is_valid():
        page = audit_entries(request.account, form.asked(current_zone()), request.GET.dict())
        context["page"] = page
        context["entries"] = [(entry, action_words(entry.action), details_words(entry.details)) for entry in page.rows]
    return render(request, "accounts/audit.html", context)
