"""The parts of an account; each change is audited in its transaction."""

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from accounts.models import Subaccount
from accounts.principal import Principal
from core.errors import UserError


@transaction.atomic
def create_subaccount(*, by: Principal, code: str, name: str) -> Subaccount:
    """Add a subaccount. Its code, 8x8's subAccountId, stays for good. Raises UserError for a code that is taken."""
    try:
        with transaction.atomic():
            subaccount = Subaccount.objects.create(account=by.account, code=code, name=name)
    except IntegrityError:
        raise UserError(_("The subaccount %(code)s already exists.") % {"code": code}, field="code") from None
    by.record("subaccount.created", _called(subaccount))
    return subaccount


@transaction.atomic
def rename_subaccount(*, by: Principal, subaccount: Subaccount, name: str) -> None:
    """Call a subaccount otherwise; its code stays. A change is audited."""
    before = subaccount.name
    if before == name:
        return
    subaccount.name = name
    subaccount.save(update_fields=["name", "updated_at"])
    by.record("subaccount.renamed", _called(subaccount), {"from": before, "to": name})


@transaction.atomic
def switch_subaccount(*, by: Principal, subaccount: Subaccount, active: bool) -> None:
    """Close a subaccount or open it again; its history stays either way. A change is audited.

    Whether it may be closed, the caller has seen: its numbers are messaging's.
    """
    if subaccount.is_active == active:
        return
    subaccount.is_active = active
    subaccount.save(update_fields=["is_active", "updated_at"])
    by.record("subaccount.opened" if active else "subaccount.closed", _called(subaccount))


def _called(subaccount: Subaccount) -> str:
    return f"{subaccount.name} ({subaccount.code})"
