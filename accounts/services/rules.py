"""What a rule of the portal forbids."""

from collections.abc import Collection

from django.utils.translation import gettext as _

from accounts.models import Subaccount
from accounts.principal import Principal


class Refused(Exception):
    """A deed that a rule forbids, said to people; `field` is the form's field that could be filled in otherwise."""

    def __init__(self, message: str, field: str | None = None) -> None:
        self.field = field
        super().__init__(message)


def check_reach(by: Principal, subaccounts: Collection[Subaccount]) -> None:
    """Refuse to give more subaccounts than the giver sees; none named means all of them."""
    if by.reach.limited and not (subaccounts and set(by.reach.visible).issuperset(subaccounts)):
        raise Refused(_("Choose only subaccounts that you can see."), "subaccounts")
