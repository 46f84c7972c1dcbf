"""Changes to subaccounts, audited in the same transaction."""

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from accounts.models import Subaccount
from accounts.principal import Principal
from core.errors import UserError


@transaction.atomic
def create_subaccount(*, by: Principal, code: str, name: str) -> Subaccount:
    """Add a subaccount. Its code, 8x8's subAccountId, never changes. Raises UserError for a duplicate code."""
    try:
        with transaction.atomic():
            subaccount = Subaccount.objects.create(account=by.account, code=code, name=name)
    except IntegrityError:
        raise UserError(_("The subaccount %(code)s already exists.") % {"code": code}, field="code") from None
    by.record("subaccount.created", _audit_name(subaccount))
    return subaccount


@transaction.atomic
def rename_subaccount(*, by: Principal, subaccount: Subaccount, name: str) -> None:
    """Rename a subaccount; its code stays. A change is audited."""
    before = subaccount.name
    if before == name:
        return
    subaccount.name = name
    subaccount.save(update_fields=["name", "updated_at"])
    by.record("subaccount.renamed", _audit_name(subaccount), {"from": before, "to": name})


@transaction.atomic
def switch_subaccount(*, by: Principal, subaccount: Subaccount, active: bool) -> None:
    """Close or reopen a subaccount; its history stays. A change is audited.

    The caller checks whether it may be closed, because its numbers belong to messaging.
    """
    if subaccount.is_active == active:
        return
    subaccount.is_active = active
    subaccount.save(update_fields=["is_active", "updated_at"])
    by.record("subaccount.opened" if active else "subaccount.closed", _audit_name(subaccount))


def _audit_name(subaccount: Subaccount) -> str:
    return f"{subaccount.name} ({subaccount.code})"
