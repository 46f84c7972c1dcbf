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
from messaging.log.selectors.channels import channels
from messaging.records.selectors import visible
from messaging.records.views import list_context


@requires(Permission.VIEW_MESSAGES)
@require_GET
def calls(request: TenantRequest) -> HttpResponse:
    """The calls, newest first."""
    by = request.principal
    form = CallForm(
        request.GET, today=timezone.localdate(), subaccounts={each.code: each.name for each in by.reach.visible},
        channels=channels(by.account, by.subaccount_ids), exact_numbers=not by.may(Permission.VIEW_NUMBERS),
    )  # fmt: skip
    context = list_context(request, form, "phone_number")
    if by.may(Permission.VIEW_COSTS) and "page" in context:
        context["charges"] = charges_of(by.account, [call.record_key for call in context["page"].rows])
    return render(request, "calls/calls.html", context)


@requires(Permission.VIEW_MESSAGES)
@require_GET
def call_page(request: TenantRequest, call_id: UUID) -> HttpResponse:
    """One call."""
    by = request.principal
    call = get_object_or_404(visible(Call, by).select_related("phone_number"), record_key=call_id)
    context = {"row": call, "times": _times(call), "call_id": call.call_id if by.may(Permission.VIEW_NUMBERS) else ""}
    if by.may(Permission.VIEW_COSTS):
        charge = charges_of(by.account, [call.record_key]).get(call.record_key)
        context |= {"charge": charge, "price": price_of(charge) if charge else None}
    return render(request, "calls/call.html", context)


def _times(call: Call) -> list[tuple[str, object]]:
    """The times that are known, with their labels, in the order in which they happened."""
    labels = {
        "connecting_at": _("Connecting"), "ringing_at": _("Ringing"), "accepted_at": _("Accepted"),
        "rejected_at": _("Rejected"), "started_at": _("Picked up"), "failed_at": _("Failed"), "ended_at": _("Ended"),
    }  # fmt: skip
    times = [(label, at) for name, label in labels.items() if (at := getattr(call, name))]
    return sorted(times, key=lambda entry: entry[1])
