"""The record of who did what."""

from dataclasses import dataclass
from typing import Any

from accounts.models import Account, AuditEntry, Membership, User
from core.tenancy import every_tenant


@dataclass(frozen=True)
class Actor:
    """A member who does something in their account, and the address they do it from."""

    membership: Membership
    ip_address: str | None = None

    @property
    def account(self) -> Account:
        """The account it happens in."""
        return self.membership.account

    @property
    def user(self) -> User:
        """Who does it."""
        return self.membership.user

    def did(self, action: str, target: str, details: dict[str, Any] | None = None) -> AuditEntry:
        """Write it down, in the caller's transaction."""
        return record(
            account=self.account, actor=self.user.email, action=action, target=target, details=details,
            ip_address=self.ip_address,
        )  # fmt: skip


def record(
    *,
    account: Account | None,
    actor: str,
    action: str,
    target: str = "",
    details: dict[str, Any] | None = None,
    ip_address: str | None = None,
) -> AuditEntry:
    """Write what somebody did, in the caller's transaction."""
    with every_tenant():
        return AuditEntry.objects.create(
            account=account, actor=actor, action=action, target=target[:255], details=details or {},
            ip_address=ip_address,
        )  # fmt: skip


def record_of_person(user: User, action: str, details: dict[str, Any], ip_address: str | None, *, by: str = "") -> None:
    """Write what happened to a person's login: once for each account they belong to, or for the installation.

    `by` is who did it, when it was not they themselves.
    """
    with every_tenant():
        accounts: list[Account | None] = [
            membership.account for membership in user.memberships.select_related("account")
        ]
    for account in accounts or [None]:
        record(
            account=account, actor=by or user.email, action=action, target=user.email, details=details,
            ip_address=ip_address,
        )  # fmt: skip
