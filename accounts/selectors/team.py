"""Reads of an account's members and invitations."""

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
    """A member, as another member sees them."""

    membership: Membership
    second_factor: bool
    manageable: bool


def team(by: Principal) -> list[Member]:
    """All members of the account by address, and whether `by` may manage them. Two queries."""
    factor = Exists(Authenticator.objects.filter(user=OuterRef("user"), type__in=SECOND_FACTORS))
    members = Membership.objects.filter(account=by.account).select_related("user").prefetch_related("subaccounts")
    rows = members.annotate(second_factor=factor).order_by("user__email")
    return [Member(row, row.second_factor, may_manage(by, row)) for row in rows]


def member_of(account: Account, membership_id: int) -> Membership | None:
    """A membership of the account."""
    rows = Membership.objects.filter(account=account, pk=membership_id).select_related("account", "user")
    return rows.prefetch_related("subaccounts").first()


def invitations(account: Account) -> list[Invitation]:
    """Open invitations by address, expired ones included. Two queries."""
    rows = Invitation.objects.filter(account=account).select_related("account", "invited_by")
    return list(rows.prefetch_related("subaccounts"))


def may_manage(by: Principal, other: Membership | Invitation) -> bool:
    """Whether `by` may change or remove another member: one with no more permissions and no wider reach."""
    return Role(other.role) in grantable_roles(by.role) and by.reach.covers(other)
