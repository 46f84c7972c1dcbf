"""Who belongs where, and which subaccounts they may see."""

from dataclasses import dataclass

from accounts.models import Account, Membership, Subaccount, User
from core.tenancy import every_tenant, tenant


@dataclass(frozen=True)
class Reach:
    """Which subaccounts' rows a person sees: those they may, narrowed to the one they chose."""

    visible: tuple[Subaccount, ...]
    limited: bool
    chosen: Subaccount | None = None

    @property
    def ids(self) -> tuple[int, ...] | None:
        """Ids to filter rows by; None means the whole account, with rows that belong to no subaccount."""
        if self.chosen:
            return (self.chosen.pk,)
        return tuple(subaccount.pk for subaccount in self.visible) if self.limited else None

    def find(self, code: str) -> Subaccount | None:
        """The visible subaccount of that code."""
        return next((subaccount for subaccount in self.visible if subaccount.code == code), None)


def every_account_id() -> list[int]:
    """All accounts, for what speaks of the whole installation."""
    return list(Account.objects.order_by("id").values_list("id", flat=True))


def memberships_of(user: User) -> list[Membership]:
    """Every account the person belongs to, oldest first, with its subaccount limits loaded."""
    with every_tenant():
        found = Membership.objects.filter(user=user).select_related("account").prefetch_related("subaccounts")
        memberships = list(found.order_by("id"))
    for membership in memberships:
        membership.user = user
    return memberships


def reach_of(membership: Membership, chosen: str = "") -> Reach:
    """The reach of a membership; a chosen code that is not (or no longer) visible chooses nothing."""
    if membership.limited:
        limits = membership.subaccounts.all()  # loaded before, so sorted here
        visible = tuple(sorted(limits, key=lambda subaccount: (subaccount.name, subaccount.pk)))
    else:
        with tenant(membership.account):
            visible = tuple(Subaccount.objects.filter(account=membership.account))
    everything = Reach(visible=visible, limited=membership.limited)
    return Reach(visible=visible, limited=membership.limited, chosen=everything.find(chosen))
