"""Rules shared by several services."""

from collections.abc import Collection

from django.utils.translation import gettext as _

from accounts.models import Subaccount
from accounts.principal import Principal
from core.errors import UserError


def check_reach(by: Principal, subaccounts: Collection[Subaccount]) -> None:
    """Refuse to grant more subaccounts than `by` sees; an empty list means all. Raises UserError."""
    if by.reach.limited and not (subaccounts and set(by.reach.visible).issuperset(subaccounts)):
        raise UserError(_("Choose only subaccounts that you can see."), field="subaccounts")
