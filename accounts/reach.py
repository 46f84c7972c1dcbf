"""The rows that a principal sees: those of an account, or of some of its subaccounts."""

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
    """An account, the subaccounts that it is limited to, and the selected one of them."""

    account: Account | None  # None: the installation
    limits: tuple[Subaccount, ...] | None = None  # None: the whole account, with rows that belong to no subaccount
    selected: Subaccount | None = None

    @classmethod
    def of(cls, grant: Membership | ApiKey) -> "Reach":
        """The reach of a member or an API key. One query if it is limited and not prefetched."""
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
        if self.selected:
            return (self.selected.pk,)
        return None if self.limits is None else tuple(subaccount.pk for subaccount in self.limits)

    @cached_property
    def visible(self) -> tuple[Subaccount, ...]:
        """The subaccounts within the limits, by name, whichever is selected. One query for a whole account."""
        if self.limits is not None:
            return self.limits
        with tenant(self.account):
            return tuple(Subaccount.objects.filter(account=self.account))

    def find(self, code: str) -> Subaccount | None:
        """The visible subaccount with this code."""
        return next((subaccount for subaccount in self.visible if subaccount.code == code), None)

    def select(self, code: str) -> "Reach":
        """A copy with this subaccount selected; with none if it is not, or no longer, visible."""
        return replace(self, selected=self.find(code) if code else None)

    def only(self, code: str) -> "Reach":
        """A copy limited to this subaccount, or to nothing if it is not visible. Without a code, the same reach."""
        return self.among([each.pk for each in self.visible if each.code == code]) if code else self

    def among(self, ids: Collection[int] | None) -> "Reach":
        """A copy limited to the visible ones of these subaccounts; None: to all visible ones."""
        limits = self.limits if ids is None else tuple(each for each in self.visible if each.pk in ids)
        return replace(self, limits=limits, selected=None)

    def covers(self, grant: Membership | Invitation | ApiKey) -> bool:
        """Whether the limits include everything that a member, an invitation or an API key reaches."""
        return not self.limited or (grant.limited and set(self.visible).issuperset(grant.subaccounts.all()))

    def within(self, rows: QuerySet[Row], field: str = "subaccount") -> QuerySet[Row]:
        """The visible rows of an account; `field` is the foreign key to the subaccount."""
        return rows if self.ids is None else rows.filter(**{f"{field}__in": self.ids})
