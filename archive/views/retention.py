"""The account's retention periods and its legal hold."""

from django.contrib import messages as notices
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from accounts.access import TenantRequest, requires
from accounts.enums import Permission, Role
from archive.forms import HoldForm, RetentionForm
from archive.holds import keeping_of, lift_hold, place_hold
from archive.retention.periods import FIELDS, change_periods, next_run, removals, with_periods
from core.errors import UserError
from core.forms import show_error
from core.http import form_data

allowed = requires(Permission.MANAGE_RETENTION, whole_account=True)


@allowed
def retention(request: TenantRequest) -> HttpResponse:
    """The periods, and what the next run deletes: with the present periods, or with new ones before they are saved."""
    keeping = keeping_of(request.account)
    form = RetentionForm(form_data(request), initial={name: getattr(keeping, name) for name in FIELDS})
    context = {"form": form, "next_run": next_run(), "owner": request.principal.role == Role.OWNER}
    if form.is_valid():
        try:
            preview = with_periods(request.account, form.periods)
            if "confirmed" in request.POST:
                change_periods(form.periods, by=request.principal)
                notices.success(request, _("Saved. The next run deletes older data."))
                return redirect("archive:retention")
            context |= {"proposed": True, "removals": removals(preview)}
        except UserError as error:
            show_error(form, error)
    keeping = keeping_of(request.account)
    context |= {"keeping": keeping, "hold_form": HoldForm()}
    context.setdefault("removals", removals(keeping))
    return render(request, "archive/retention.html", context)


@allowed
@require_POST
def hold(request: TenantRequest) -> HttpResponse:
    """Place or lift a legal hold."""
    form = HoldForm(request.POST)
    reason = form.cleaned_data["reason"] if form.is_valid() else ""
    is_lift = "lift" in request.POST
    try:
        (lift_hold if is_lift else place_hold)(by=request.principal, reason=reason)
    except UserError as error:
        notices.error(request, str(error))
    else:
        text = (
            _("The legal hold has been lifted.")
            if is_lift
            else _("The legal hold is in place: nothing will be deleted.")
        )
        notices.success(request, text)
    return redirect("archive:retention")
