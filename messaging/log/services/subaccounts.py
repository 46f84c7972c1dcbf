"""Which subaccount a phone number belongs to, and closing subaccounts that have none left; audited."""

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import Subaccount
from accounts.principal import Principal
from accounts.services.subaccounts import switch_subaccount
from core.errors import UserError
from messaging.log.models import PhoneNumber


@transaction.atomic
def close_subaccount(*, by: Principal, subaccount: Subaccount) -> None:
    """Close a subaccount. Raises UserError while numbers belong to it, as their messages would go on coming."""
    _lock(subaccount)
    if PhoneNumber.objects.filter(account=by.account, subaccount=subaccount).exists():
        raise UserError(_("This subaccount has phone numbers"), remedy=_("move them to another subaccount first."))
    switch_subaccount(by=by, subaccount=subaccount, active=False)


@transaction.atomic
def move_number(*, by: Principal, number: PhoneNumber, subaccount: Subaccount) -> None:
    """Give a number to another subaccount: messages from now on count there. Raises UserError."""
    if not _lock(subaccount).is_active:
        raise UserError(_("This subaccount is closed"), field="subaccount", remedy=_("choose another, or reopen it."))
    before = number.subaccount
    if before == subaccount:
        return
    number.subaccount = subaccount
    number.save(update_fields=["subaccount", "updated_at"])
    by.record("number.moved", str(number), {"from": before.code, "to": subaccount.code})


def _lock(subaccount: Subaccount) -> Subaccount:
    """No number moves in while it is being closed."""
    locked: Subaccount = Subaccount.objects.select_for_update(no_key=True).get(
        account=subaccount.account_id, pk=subaccount.pk
    )
    return locked
