"""Reads of who belongs where, which subaccounts they may see, and how they log in."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from allauth.mfa.models import Authenticator
from allauth.usersessions.models import UserSession
from django.contrib.sessions.models import Session
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils import timezone

from accounts.enums import Role
from accounts.models import Account, ApiKey, Invitation, Membership, Subaccount, User
from accounts.permissions import grantable_roles
from portal.core.paging import Page, page
from portal.core.tenancy import every_tenant, tenant

KEYS_A_PAGE = 50
SECOND_FACTORS = (Authenticator.Type.TOTP, Authenticator.Type.WEBAUTHN)


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


def has_second_factor(user: User) -> bool:
    """Whether the person has an authenticator app or a security key; recovery codes alone are none."""
    found: bool = Authenticator.objects.filter(user=user, type__in=SECOND_FACTORS).exists()
    return found


@dataclass(frozen=True)
class Login:
    """A browser somebody is logged in with."""

    browser: str
    ip_address: str
    since: datetime
    here: bool


def logins_of(user: User, session_key: str) -> list[Login]:
    """Where a person is logged in, newest first; `here` is the session of that key."""
    alive = Session.objects.filter(expire_date__gt=timezone.now()).values("session_key")
    found = UserSession.objects.filter(user=user, session_key__in=alive).order_by("-created_at")
    return [
        Login(browser_name(each.user_agent), each.ip, each.created_at, each.session_key == session_key)
        for each in found
    ]


# Browsers name those they descend from, so the first that is found counts.
_BROWSERS = {"Edg": "Edge", "OPR": "Opera", "Firefox": "Firefox", "Chrome": "Chrome", "Safari": "Safari"}
_SYSTEMS = {
    "Windows": "Windows", "Android": "Android", "iPhone": "iPhone", "iPad": "iPad", "Mac OS": "macOS", "Linux": "Linux",
}  # fmt: skip


def browser_name(user_agent: str) -> str:
    """A browser and its system in words: "Firefox on Linux"; a program's own name as it is."""
    browser = next((name for sign, name in _BROWSERS.items() if sign in user_agent), "")
    system = next((name for sign, name in _SYSTEMS.items() if sign in user_agent), "")
    return f"{browser} on {system}" if browser and system else user_agent[:60] or "Unknown browser"


@dataclass(frozen=True)
class SecondFactor:
    """What a person confirms a login with, besides the password."""

    app: Authenticator | None
    keys: list[Authenticator]
    codes_left: int | None  # None: there are no recovery codes

    @property
    def is_set(self) -> bool:
        """Whether a login asks for it."""
        return bool(self.app or self.keys)


def second_factor_of(user: User) -> SecondFactor:
    """The person's authenticator app, security keys and recovery codes, in one query."""
    found = list(Authenticator.objects.filter(user=user).order_by("created_at", "id"))
    codes = next((each for each in found if each.type == Authenticator.Type.RECOVERY_CODES), None)
    return SecondFactor(
        app=next((each for each in found if each.type == Authenticator.Type.TOTP), None),
        keys=[each for each in found if each.type == Authenticator.Type.WEBAUTHN],
        codes_left=len(codes.wrap().get_unused_codes()) if codes else None,
    )


@dataclass(frozen=True)
class Member:
    """One of the team, as a colleague sees them."""

    membership: Membership
    second_factor: bool
    manageable: bool


def team(own: Membership) -> list[Member]:
    """Everybody of the account by address, for the member who looks. Two queries."""
    factor = Exists(Authenticator.objects.filter(user=OuterRef("user"), type__in=SECOND_FACTORS))
    found = Membership.objects.filter(account=own.account).select_related("user").prefetch_related("subaccounts")
    rows = found.annotate(second_factor=factor).order_by("user__email")
    return [Member(row, row.second_factor, may_manage(own, row)) for row in rows]


def member_of(account: Account, membership_id: int) -> Membership | None:
    """One membership of the account."""
    found = Membership.objects.filter(account=account, pk=membership_id).select_related("account", "user")
    return found.prefetch_related("subaccounts").first()


def invitations(account: Account) -> list[Invitation]:
    """Open invitations by address, those that are too old among them. Two queries."""
    found = Invitation.objects.filter(account=account).select_related("account", "invited_by")
    return list(found.prefetch_related("subaccounts"))


def may_manage(own: Membership, other: Membership | Invitation) -> bool:
    """Whether a member may change or remove another: one who may do no more and sees no more than they do."""
    if Role(other.role) not in grantable_roles(own.role):
        return False
    if not own.limited:
        return True
    return other.limited and set(own.subaccounts.all()).issuperset(other.subaccounts.all())


def keys_made_by(membership: Membership) -> list[ApiKey]:
    """The account's keys that a member made and that work: they outlive the membership."""
    found = live_keys(ApiKey.objects.filter(account=membership.account, created_by=membership.user))
    return list(found.order_by("name", "id"))


def api_keys(own: Membership, params: Mapping[str, str], *, ended: bool) -> Page[ApiKey]:
    """A page of the keys a member sees, newest first: those that work, or those that do no more. Two queries."""
    keys = ApiKey.objects.filter(account=own.account)
    if own.limited:
        seen = [subaccount.pk for subaccount in own.subaccounts.all()]
        beyond = ApiKey.subaccounts.through.objects.exclude(subaccount__in=seen).values("apikey")
        keys = keys.filter(limited=True).exclude(pk__in=beyond)
    live = live_keys(keys)
    found = keys.exclude(pk__in=live.values("pk")) if ended else live
    return page(found.select_related("created_by").prefetch_related("subaccounts"), params, size=KEYS_A_PAGE)


def api_key_of(own: Membership, key_id: int) -> ApiKey | None:
    """One key that a member sees."""
    key = ApiKey.objects.filter(account=own.account, pk=key_id).prefetch_related("subaccounts").first()
    return key if key and sees_key(own, key) else None


def sees_key(own: Membership, key: ApiKey) -> bool:
    """Whether a key reaches no further than the member."""
    return not own.limited or (key.limited and set(own.subaccounts.all()).issuperset(key.subaccounts.all()))


def live_keys(keys: QuerySet[ApiKey]) -> QuerySet[ApiKey]:
    """Those of a query that are neither revoked nor expired."""
    return keys.filter(Q(expires_at=None) | Q(expires_at__gt=timezone.now()), revoked_at=None)
