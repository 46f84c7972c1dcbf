"""Moves phone numbers between subaccounts and closes empty ones; audited."""

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import Subaccount
from accounts.principal import Principal
from accounts.services.subaccounts import switch_subaccount
from core.errors import UserError
from messaging.log.models import PhoneNumber


@transaction.atomic
def close_subaccount(*, by: Principal, subaccount: Subaccount) -> None:
    """Close a subaccount. Raises UserError while it has numbers, because they would still receive messages."""
    _lock(subaccount)
    if PhoneNumber.objects.filter(account=by.account, subaccount=subaccount).exists():
        raise UserError(_("This subaccount has phone numbers"), remedy=_("move them to another subaccount first."))
    switch_subaccount(by=by, subaccount=subaccount, active=False)


@transaction.atomic
def move_number(*, by: Principal, number: PhoneNumber, subaccount: Subaccount) -> None:
    """Move a number to another subaccount, which its next messages belong to. Raises UserError."""
    if not _lock(subaccount).is_active:
        raise UserError(_("This subaccount is closed"), field="subaccount", remedy=_("choose another, or reopen it."))
    before = number.subaccount
    if before == subaccount:
        return
    number.subaccount = subaccount
    number.save(update_fields=["subaccount", "updated_at"])
    by.record("number.moved", str(number), {"from": before.code, "to": subaccount.code})


def _lock(subaccount: Subaccount) -> Subaccount:
    """Lock the subaccount, so that no number moves in while it is being closed."""
    locked: Subaccount = Subaccount.objects.select_for_update(no_key=True).get(
        account=subaccount.account_id, pk=subaccount.pk
    )
    return locked
