"""Settings of subaccounts and their numbers."""

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from accounts.access import TenantRequest, requires
from accounts.enums import Permission
from accounts.models import Subaccount
from accounts.services.subaccounts import create_subaccount, rename_subaccount, switch_subaccount
from core.errors import UserError
from core.forms import show_error
from core.http import form_data
from messaging.log.forms.subaccounts import MoveForm, RenameForm, SubaccountForm
from messaging.log.selectors import subaccounts as selectors
from messaging.log.services.subaccounts import close_subaccount, move_number

allowed = requires(Permission.MANAGE_SUBACCOUNTS, whole_account=True)


@allowed
def subaccounts(request: TenantRequest) -> HttpResponse:
    """Each subaccount with its numbers."""
    return render(request, "log/subaccounts.html", {"subaccounts": selectors.subaccounts(request.account)})


@allowed
def new_subaccount(request: TenantRequest) -> HttpResponse:
    """Add a subaccount."""
    form = SubaccountForm(form_data(request))
    if form.is_valid():
        try:
            subaccount = create_subaccount(by=request.principal, **form.cleaned_data)
        except UserError as error:
            show_error(form, error)
        else:
            messages.success(
                request, _("%(name)s has been created. Move numbers to it below.") % {"name": subaccount.name}
            )
            return redirect("log:subaccounts")
    return render(request, "log/subaccount_new.html", {"form": form})


@allowed
def rename(request: TenantRequest, subaccount_id: int) -> HttpResponse:
    """Rename a subaccount."""
    subaccount = _subaccount(request, subaccount_id)
    form = RenameForm(form_data(request), initial={"name": subaccount.name})
    if form.is_valid():
        rename_subaccount(by=request.principal, subaccount=subaccount, name=form.cleaned_data["name"])
        messages.success(
            request, _("%(code)s is now called %(name)s.") % {"code": subaccount.code, "name": subaccount.name}
        )
        return redirect("log:subaccounts")
    return render(request, "log/subaccount_rename.html", {"form": form, "subaccount": subaccount})


@allowed
def close(request: TenantRequest, subaccount_id: int) -> HttpResponse:
    """Confirm, then close a subaccount."""
    subaccount = _subaccount(request, subaccount_id)
    problem = ""
    if request.method == "POST":
        try:
            close_subaccount(by=request.principal, subaccount=subaccount)
        except UserError as error:
            problem = str(error)
        else:
            messages.success(request, _("%(name)s has been closed.") % {"name": subaccount.name})
            return redirect("log:subaccounts")
    return render(request, "log/subaccount_close.html", {"subaccount": subaccount, "problem": problem})


@require_POST
@allowed
def reopen(request: TenantRequest, subaccount_id: int) -> HttpResponse:
    """Reopen a closed subaccount."""
    subaccount = _subaccount(request, subaccount_id)
    switch_subaccount(by=request.principal, subaccount=subaccount, active=True)
    messages.success(request, _("%(name)s has been reopened.") % {"name": subaccount.name})
    return redirect("log:subaccounts")


@allowed
def move(request: TenantRequest, number_id: int) -> HttpResponse:
    """Move a number to another subaccount."""
    number = selectors.number_of(request.account, number_id)
    if number is None:
        raise Http404("No such number.")
    open_ones = [each for each in selectors.subaccounts(request.account) if each.is_active]
    form = MoveForm(form_data(request), subaccounts=open_ones, initial={"subaccount": number.subaccount.code})
    if form.is_valid():
        try:
            move_number(by=request.principal, number=number, subaccount=form.subaccount)
        except UserError as error:
            show_error(form, error)
        else:
            messages.success(
                request, _("%(number)s now belongs to %(name)s.") % {"number": number, "name": number.subaccount.name}
            )
            return redirect("log:subaccounts")
    return render(request, "log/number_move.html", {"form": form, "number": number})


def _subaccount(request: TenantRequest, subaccount_id: int) -> Subaccount:
    subaccount = selectors.subaccount_of(request.account, subaccount_id)
    if subaccount is None:
        raise Http404("No such subaccount.")
    return subaccount
