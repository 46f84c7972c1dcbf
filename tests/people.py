"""People of an account, logged in."""

from django.test import Client

from accounts.models import Account, Membership, Subaccount, User
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
