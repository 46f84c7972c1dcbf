"""The people of an account, those invited among them."""

from dataclasses import dataclass

from allauth.mfa.models import Authenticator
from django.db.models import Exists, OuterRef

from accounts.enums import Role
from accounts.models import Account, Invitation, Membership
from accounts.permissions import grantable_roles
from accounts.principal import Principal
from accounts.selectors.person import SECOND_FACTORS


@dataclass(frozen=True)
class Member:
    """One of the team, as a colleague sees them."""

    membership: Membership
    second_factor: bool
    manageable: bool


def team(by: Principal) -> list[Member]:
    """Everybody of the account by address, for the member who looks. Two queries."""
    factor = Exists(Authenticator.objects.filter(user=OuterRef("user"), type__in=SECOND_FACTORS))
    found = Membership.objects.filter(account=by.account).select_related("user").prefetch_related("subaccounts")
    rows = found.annotate(second_factor=factor).order_by("user__email")
    return [Member(row, row.second_factor, may_manage(by, row)) for row in rows]


def member_of(account: Account, membership_id: int) -> Membership | None:
    """One membership of the account."""
    found = Membership.objects.filter(account=account, pk=membership_id).select_related("account", "user")
    return found.prefetch_related("subaccounts").first()


def invitations(account: Account) -> list[Invitation]:
    """Open invitations by address, those that are too old among them. Two queries."""
    found = Invitation.objects.filter(account=account).select_related("account", "invited_by")
    return list(found.prefetch_related("subaccounts"))


def may_manage(by: Principal, other: Membership | Invitation) -> bool:
    """Whether a member may change or remove another: one who may do no more and sees no more than they do."""
    return Role(other.role) in grantable_roles(by.role) and by.reach.covers(other)
