"""Who asks: what the audit calls them, what they may do, which rows they see, and from which address they come.

Made at an entry point (a page, a REST view, a task, a command, the operators' admin) and passed inward from there.
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


class Kind(StrEnum):
    """How somebody came to ask."""

    MEMBER = "member"
    KEY = "key"
    SCHEDULE = "schedule"  # the clock: an export that repeats, a nightly run, work that somebody left for later
    COMMAND = "command"
    OPERATOR = "operator"


@dataclass(frozen=True)
class Principal:
    """Who asks. Another tenant's rows do not exist for them; `reach` says which of their own account's do."""

    name: str  # as the audit has it: an e-mail address, the prefix of an API key, a command
    kind: Kind
    reach: Reach
    permissions: frozenset[Permission] = frozenset()
    address: str = ""
    membership: Membership | None = None

    @classmethod
    def of_member(
        cls, membership: Membership, *, kind: Kind = Kind.MEMBER, chosen: str = "", address: str = ""
    ) -> "Principal":
        """A member with the rights they have now, narrowed to the subaccount of a chosen code."""
        return cls(
            membership.user.email, kind, Reach.of(membership).choose(chosen), ROLE_PERMISSIONS[Role(membership.role)],
            address, membership,
        )  # fmt: skip

    @classmethod
    def of_person(cls, user: User, *, address: str = "") -> "Principal":
        """Somebody at their own login, in no account."""
        return cls(user.email, Kind.MEMBER, Reach(None), address=address)

    @classmethod
    def of_key(cls, key: ApiKey, *, address: str = "") -> "Principal":
        """An API key with its scopes."""
        scopes = frozenset(permission for permission in Permission if key.may(permission))
        return cls(key.prefix, Kind.KEY, Reach.of(key), scopes, address)

    @classmethod
    def of_schedule(cls, name: str, account: Account | None, *, address: str = "") -> "Principal":
        """Work of the schedule, in the name of whoever left it; what they may was checked when they did."""
        return cls(name, Kind.SCHEDULE, Reach(account), address=address)

    @classmethod
    def of_command(cls, name: str, account: Account | None = None) -> "Principal":
        """A command on the server, which may do everything; without an account, in the whole installation."""
        return cls(name, Kind.COMMAND, Reach(account), frozenset(Permission))

    @classmethod
    def of_operator(cls, user: User, *, address: str = "") -> "Principal":
        """An operator of the installation, in no account."""
        return cls(user.email, Kind.OPERATOR, Reach(None), address=address)

    @property
    def account(self) -> Account:
        """The account they act in; whoever acts in the whole installation has none to ask for."""
        assert self.reach.account is not None, f"{self.name} has no account"
        return self.reach.account

    @property
    def user(self) -> User | None:
        """The person, where a member asks."""
        return self.membership.user if self.membership else None

    @property
    def role(self) -> Role | None:
        """A member's."""
        return Role(self.membership.role) if self.membership else None

    @property
    def subaccount_ids(self) -> tuple[int, ...] | None:
        """Whose rows they see; None means the whole account, with rows that belong to no subaccount."""
        return self.reach.ids

    def may(self, permission: Permission) -> bool:
        """Whether they hold the permission."""
        return permission in self.permissions

    def within(self, rows: QuerySet[Row], field: str = "subaccount") -> QuerySet[Row]:
        """Those of their account's rows that they see; `field` is what names their subaccount."""
        return self.reach.within(rows, field)

    def choosing(self, code: str) -> "Principal":
        """The same, looking at the subaccount of that code; at all they see without one, or for one they do not see."""
        return replace(self, reach=self.reach.choose(code))

    def only(self, code: str) -> "Principal":
        """The same, limited to the subaccount of that code: one that they do not see has no rows."""
        return replace(self, reach=self.reach.only(code))

    def in_account(self, account: Account | None) -> "Principal":
        """The same at work in another account, or for the installation: where its audit belongs."""
        return replace(self, reach=Reach(account))

    def record(self, action: str, target: str = "", details: Mapping[str, Any] | None = None) -> AuditEntry:
        """Write what they did into the audit of the account, in the caller's transaction."""
        with every_tenant():
            return AuditEntry.objects.create(
                account=self.reach.account, actor=self.name, action=action, target=target[:255],
                details=dict(details or {}), ip_address=self.address or None,
            )  # fmt: skip
