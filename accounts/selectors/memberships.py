"""Reads of memberships."""

from accounts.models import Account, Membership, User
from core.tenancy import every_tenant


def every_account_id() -> list[int]:
    """The ids of all accounts."""
    return list(Account.objects.order_by("id").values_list("id", flat=True))


def memberships_of(user: User) -> list[Membership]:
    """Every account the person belongs to, oldest first, with its subaccount limits loaded."""
    with every_tenant():
        rows = Membership.objects.filter(user=user).select_related("account").prefetch_related("subaccounts")
        memberships = list(rows.order_by("id"))
    for membership in memberships:
        membership.user = user
    return memberships
