"""What a rule of the portal forbids."""

from collections.abc import Collection

from django.utils.translation import gettext as _

from accounts.models import Membership, Subaccount


class Refused(Exception):
    """A deed that a rule forbids, said to people; `field` is the form's field that could be filled in otherwise."""

    def __init__(self, message: str, field: str | None = None) -> None:
        self.field = field
        super().__init__(message)


def check_reach(own: Membership, subaccounts: Collection[Subaccount]) -> None:
    """Refuse to give more subaccounts than the giver sees; none named means all of them."""
    if own.limited and not (subaccounts and set(own.subaccounts.all()).issuperset(subaccounts)):
        raise Refused(_("Choose among the subaccounts that you see yourself."), "subaccounts")
