"""The page of an account's exemptions from the rules."""

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext
from django.views.decorators.http import require_POST

from accounts.access import LimitedReach, MissingPermission
from accounts.enums import Permission
from accounts.models import Account
from billing.forms.exemptions import ExemptionForm
from billing.models import Exemption
from billing.price_access import PriceAccess, price_page
from billing.proposals.exemptions import withdraw_exemption


@price_page()
def exemptions(request: HttpRequest, access: PriceAccess) -> HttpResponse:
    """The exemptions of the account's WABAs, and a form to record one."""
    account = _account_of(access)
    form = ExemptionForm(request.POST or None, account=account)
    if request.method == "POST":
        if not access.may_manage:
            raise MissingPermission(Permission.MANAGE_PRICES)
        if form.is_valid() and form.record(access.principal):
            messages.success(request, gettext("Exemption saved. Its months are being rated again."))
            return redirect("billing:exemptions")
    rows = Exemption.objects.filter(account=account).select_related("waba")
    context = {"access": access, "page": "exemptions", "form": form, "rows": rows}
    return render(request, "billing/prices/exemptions.html", context)


@require_POST
@price_page()
def withdraw(request: HttpRequest, access: PriceAccess, exemption_id: int) -> HttpResponse:
    """Withdraw an exemption."""
    exemption = get_object_or_404(Exemption, account=_account_of(access), pk=exemption_id)
    if not access.may_manage:
        raise MissingPermission(Permission.MANAGE_PRICES)
    withdraw_exemption(exemption, by=access.principal)
    messages.success(request, gettext("Exemption withdrawn. Its months are being rated again."))
    return redirect("billing:exemptions")


def _account_of(access: PriceAccess) -> Account:
    if access.account is None:
        raise Http404("Operators without an account do not have exemptions.")
    if access.limited:
        raise LimitedReach(gettext("This page is about the whole account."))
    return access.account
