"""Audit entries about a person's login, in each of their accounts."""

from typing import Any

from accounts.models import Account, User
from accounts.principal import Principal
from core.tenancy import every_tenant


def record_for_person(user: User, action: str, details: dict[str, Any], *, by: Principal) -> None:
    """Write an entry for each account of the person; without any, for the installation."""
    with every_tenant():
        accounts: list[Account | None] = [
            membership.account for membership in user.memberships.select_related("account")
        ]
    for account in accounts or [None]:
        by.in_account(account).record(action, user.email, details)
