"""The pages of calls."""

from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from accounts.access import TenantRequest, requires
from accounts.enums import Permission
from billing.calls.charges import charges_of, price_of
from messaging.calls.filters import CallForm
from messaging.calls.models import Call
from messaging.records.selectors import visible
from messaging.records.views import known_times, list_context


@requires(Permission.VIEW_MESSAGES)
@require_GET
def calls(request: TenantRequest) -> HttpResponse:
    """The calls, newest first."""
    by = request.principal
    context = list_context(request, CallForm.of(request.GET, by, timezone.localdate()), "phone_number")
    if by.may(Permission.VIEW_COSTS) and "page" in context:
        context["charges"] = charges_of(by.account, [call.record_key for call in context["page"].rows])
    return render(request, "calls/calls.html", context)


@requires(Permission.VIEW_MESSAGES)
@require_GET
def call_page(request: TenantRequest, call_id: UUID) -> HttpResponse:
    """One call."""
    by = request.principal
    call = get_object_or_404(visible(Call, by).select_related("phone_number"), record_key=call_id)
    context = {
        "row": call, "times": known_times(call, _time_labels()),
        "call_id": call.call_id if by.may(Permission.VIEW_NUMBERS) else "",
    }  # fmt: skip
    if by.may(Permission.VIEW_COSTS):
        charge = charges_of(by.account, [call.record_key]).get(call.record_key)
        context |= {"charge": charge, "price": price_of(charge) if charge else None}
    return render(request, "calls/call.html", context)


def _time_labels() -> dict[str, str]:
    return {
        "connecting_at": _("Connecting"), "ringing_at": _("Ringing"), "accepted_at": _("Accepted"),
        "rejected_at": _("Rejected"), "started_at": _("Picked up"), "failed_at": _("Failed"), "ended_at": _("Ended"),
    }  # fmt: skip
