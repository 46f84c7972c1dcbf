"""People of an account, logged in."""

from django.test import Client

from accounts.enums import Permission
from accounts.models import Account, Membership, Subaccount, User
from accounts.principal import Principal, PrincipalKind
from accounts.reach import Reach
from core.tenancy import every_tenant

ROLES = ("owner", "admin", "finance", "support", "developer", "viewer")


def member(account: Account, role: str, *subaccounts: str, **about) -> User:
    """A person with that role, limited to these subaccounts if any are named.

    A demo login unless `is_demo=False`: nobody asks it for a second factor.
    """
    about.setdefault("is_demo", True)
    with every_tenant():
        user = User.objects.create_user(f"{role}{User.objects.count()}@people.example", "x", **about)
        membership = Membership.objects.create(account=account, user=user, role=role)
        membership.subaccounts.set(Subaccount.objects.filter(account=account, code__in=subaccounts))
    return user


def browser_of(user: User) -> Client:
    """A client logged in as the person."""
    client = Client()
    client.force_login(user, "allauth.account.auth_backends.AuthenticationBackend")
    return client


def visitor(account: Account, role: str = "owner", *subaccounts: str, **about) -> Client:
    """A client of a new member."""
    return browser_of(member(account, role, *subaccounts, **about))


def principal(account: Account | None, name: str = "tg_test", *subaccounts: Subaccount, address: str = "") -> Principal:
    """Somebody who may do everything in the account, limited to these subaccounts if any are named."""
    return Principal(name, PrincipalKind.KEY, Reach(account, subaccounts or None), frozenset(Permission), address)


def principal_of(user: User, address: str = "192.0.2.1") -> Principal:
    """A member as whoever asks."""
    with every_tenant():
        membership = Membership.objects.select_related("user", "account").get(user=user)
        return Principal.of_member(membership, address=address)
