"""Which rows somebody sees: those of their account, or of some of its subaccounts."""

from collections.abc import Collection
from dataclasses import dataclass, replace
from functools import cached_property
from typing import TypeVar

from django.db.models import Model, QuerySet

from accounts.models import Account, ApiKey, Invitation, Membership, Subaccount
from core.tenancy import tenant

Row = TypeVar("Row", bound=Model)


@dataclass(frozen=True)
class Reach:
    """An account, its limits, and the subaccount that was chosen among those within them."""

    account: Account | None  # None: the installation
    limits: tuple[Subaccount, ...] | None = None  # None: the whole account, with rows that belong to no subaccount
    chosen: Subaccount | None = None

    @classmethod
    def of(cls, grant: Membership | ApiKey) -> "Reach":
        """What a member or an API key reaches. One query where it is limited and not prefetched."""
        if not grant.limited:
            return cls(grant.account)
        with tenant(grant.account):
            limits = sorted(grant.subaccounts.all(), key=lambda subaccount: (subaccount.name, subaccount.pk))
        return cls(grant.account, tuple(limits))

    @property
    def limited(self) -> bool:
        """Whether it is less than the whole account."""
        return self.limits is not None

    @property
    def ids(self) -> tuple[int, ...] | None:
        """Ids to filter rows by; None means the whole account, with rows that belong to no subaccount."""
        if self.chosen:
            return (self.chosen.pk,)
        return None if self.limits is None else tuple(subaccount.pk for subaccount in self.limits)

    @cached_property
    def visible(self) -> tuple[Subaccount, ...]:
        """The subaccounts within the limits by name, whichever is chosen. One query for a whole account."""
        if self.limits is not None:
            return self.limits
        with tenant(self.account):
            return tuple(Subaccount.objects.filter(account=self.account))

    def find(self, code: str) -> Subaccount | None:
        """The visible subaccount of that code."""
        return next((subaccount for subaccount in self.visible if subaccount.code == code), None)

    def choose(self, code: str) -> "Reach":
        """Narrowed to the subaccount of that code; a code that is not (or no longer) visible chooses nothing."""
        return replace(self, chosen=self.find(code) if code else None)

    def only(self, code: str) -> "Reach":
        """Limited to the subaccount of that code; where it is not visible, to nothing. Without a code as it is."""
        return self.among([each.pk for each in self.visible if each.code == code]) if code else self

    def among(self, ids: Collection[int] | None) -> "Reach":
        """Limited to those of these subaccounts that are visible; None: to all that are."""
        limits = self.limits if ids is None else tuple(each for each in self.visible if each.pk in ids)
        return replace(self, limits=limits, chosen=None)

    def covers(self, grant: Membership | Invitation | ApiKey) -> bool:
        """Whether a member, an invitation or an API key reaches nothing beyond the limits."""
        return not self.limited or (grant.limited and set(self.visible).issuperset(grant.subaccounts.all()))

    def within(self, rows: QuerySet[Row], field: str = "subaccount") -> QuerySet[Row]:
        """Those of an account's rows that are seen; `field` is what names their subaccount."""
        return rows if self.ids is None else rows.filter(**{f"{field}__in": self.ids})
