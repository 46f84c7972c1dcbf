"""Rules that more than one change keeps."""

from collections.abc import Collection

from django.utils.translation import gettext as _

from accounts.models import Subaccount
from accounts.principal import Principal
from core.errors import UserError


def check_reach(by: Principal, subaccounts: Collection[Subaccount]) -> None:
    """Refuse to give more subaccounts than the giver sees; none named means all of them."""
    if by.reach.limited and not (subaccounts and set(by.reach.visible).issuperset(subaccounts)):
        raise UserError(_("Choose only subaccounts that you can see."), field="subaccounts")
