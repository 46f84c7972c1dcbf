"""The principal of a request: name in the audit, permissions, visible rows and IP address.

An entry point (a page, a REST view, a task, a command, the admin) creates it and passes it to every call.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any

from django.db.models import QuerySet

from accounts.enums import Permission, Role
from accounts.models import Account, ApiKey, AuditEntry, Membership, User
from accounts.permissions import ROLE_PERMISSIONS
from accounts.reach import Reach, Row
from core.tenancy import every_tenant


class PrincipalKind(StrEnum):
    """The type of a principal."""

    MEMBER = "member"
    KEY = "key"
    SCHEDULE = "schedule"  # a repeated export, a nightly run, or queued work of a person
    COMMAND = "command"
    OPERATOR = "operator"


@dataclass(frozen=True)
class Principal:
    """Who makes a request. Other tenants' rows do not exist for them; `reach` limits the rows of their own account."""

    name: str  # in the audit: an e-mail address, the prefix of an API key, a command
    kind: PrincipalKind
    reach: Reach
    permissions: frozenset[Permission] = frozenset()
    address: str = ""
    membership: Membership | None = None

    @classmethod
    def of_member(
        cls,
        membership: Membership,
        *,
        kind: PrincipalKind = PrincipalKind.MEMBER,
        subaccount_code: str = "",
        address: str = "",
    ) -> "Principal":
        """A member with their current permissions, and the selected subaccount."""
        return cls(
            membership.user.email, kind, Reach.of(membership).select(subaccount_code),
            ROLE_PERMISSIONS[Role(membership.role)], address, membership,
        )  # fmt: skip

    @classmethod
    def of_person(cls, user: User, *, address: str = "") -> "Principal":
        """A person acting on their own login, outside any account."""
        return cls(user.email, PrincipalKind.MEMBER, Reach(None), address=address)

    @classmethod
    def of_key(cls, key: ApiKey, *, address: str = "") -> "Principal":
        """An API key with its scopes."""
        scopes = frozenset(permission for permission in Permission if key.may(permission))
        return cls(key.prefix, PrincipalKind.KEY, Reach.of(key), scopes, address)

    @classmethod
    def of_schedule(cls, name: str, account: Account | None, *, address: str = "") -> "Principal":
        """Scheduled work in the name of the person who set it up; their permissions were checked then."""
        return cls(name, PrincipalKind.SCHEDULE, Reach(account), address=address)

    @classmethod
    def of_command(cls, name: str, account: Account | None = None) -> "Principal":
        """A command on the server, with all permissions; without an account, for the whole installation."""
        return cls(name, PrincipalKind.COMMAND, Reach(account), frozenset(Permission))

    @classmethod
    def of_operator(cls, user: User, *, address: str = "") -> "Principal":
        """An operator of the installation, outside any account."""
        return cls(user.email, PrincipalKind.OPERATOR, Reach(None), address=address)

    @property
    def account(self) -> Account:
        """The account they act in. A principal of the whole installation has none."""
        assert self.reach.account is not None, f"{self.name} has no account"
        return self.reach.account

    @property
    def user(self) -> User | None:
        """The person, if the principal is a member."""
        return self.membership.user if self.membership else None

    @property
    def role(self) -> Role | None:
        """The role, if the principal is a member."""
        return Role(self.membership.role) if self.membership else None

    @property
    def subaccount_ids(self) -> tuple[int, ...] | None:
        """The subaccounts whose rows they see; None means the whole account, with rows of no subaccount."""
        return self.reach.ids

    def may(self, permission: Permission) -> bool:
        """Whether they hold the permission."""
        return permission in self.permissions

    def within(self, rows: QuerySet[Row], field: str = "subaccount") -> QuerySet[Row]:
        """The rows that they see, of their account's; `field` is the foreign key to the subaccount."""
        return self.reach.within(rows, field)

    def in_subaccount(self, code: str) -> "Principal":
        """A copy with this subaccount selected; with none if the code is empty or not visible to them."""
        return replace(self, reach=self.reach.select(code))

    def only(self, code: str) -> "Principal":
        """A copy limited to this subaccount, without any rows if it is not visible to them."""
        return replace(self, reach=self.reach.only(code))

    def in_account(self, account: Account | None) -> "Principal":
        """A copy that acts in another account, or in the installation, and is audited there."""
        return replace(self, reach=Reach(account))

    def record(self, action: str, target: str = "", details: Mapping[str, Any] | None = None) -> AuditEntry:
        """Write an entry into the audit of the account, in the caller's transaction."""
        with every_tenant():
            return AuditEntry.objects.create(
                account=self.reach.account, actor=self.name, action=action, target=target[:255],
                details=dict(details or {}), ip_address=self.address or None,
            )  # fmt: skip
