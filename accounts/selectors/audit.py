"""Reads of the audit log."""

from collections.abc import Mapping
from dataclasses import dataclass, fields
from datetime import datetime

from django.db import connection
from django.db.models import QuerySet

from accounts.models import Account, AuditEntry
from core.paging import Page, page

PAGE_SIZE = 50


@dataclass(frozen=True)
class AuditFilter:
    """The filters of the audit log; an empty one does not filter."""

    start: datetime | None = None
    end: datetime | None = None  # not included
    actor: str = ""  # a part of it, case-insensitive; so is the target
    action: str = ""
    target: str = ""

    @property
    def details(self) -> dict[str, str]:
        """The filters, as the audit entry of an export has them."""
        values = {field.name: getattr(self, field.name) for field in fields(self)}
        return {name: value if isinstance(value, str) else value.isoformat() for name, value in values.items() if value}


def filtered_entries(account: Account, criteria: AuditFilter) -> QuerySet[AuditEntry]:
    """The account's entries that match, unordered."""
    conditions = {
        "at__gte": criteria.start,
        "at__lt": criteria.end,
        "actor__icontains": criteria.actor,
        "action": criteria.action,
        "target__icontains": criteria.target,
    }
    rows: QuerySet[AuditEntry] = AuditEntry.objects.filter(
        account=account, **{name: value for name, value in conditions.items() if value}
    )
    return rows


def audit_entries(
    account: Account, criteria: AuditFilter, params: Mapping[str, str], *, size: int | None = None
) -> Page[AuditEntry]:
    """A page of matching entries, newest first, in one query."""
    return page(filtered_entries(account, criteria), params, size=size or PAGE_SIZE, column="at")


# DISTINCT would read every entry; this jumps from each action to the next one in the index.
_ACTIONS = """
WITH RECURSIVE actions AS (
    (SELECT action FROM accounts_auditentry WHERE account_id = %(account)s ORDER BY action LIMIT 1)
    UNION ALL
    SELECT (SELECT action FROM accounts_auditentry
            WHERE account_id = %(account)s AND action > actions.action ORDER BY action LIMIT 1)
    FROM actions WHERE actions.action IS NOT NULL
)
SELECT action FROM actions WHERE action IS NOT NULL
"""


def actions_of(account: Account) -> list[str]:
    """Every action in the account's audit log, sorted, in one query."""
    with connection.cursor() as cursor:
        cursor.execute(_ACTIONS, {"account": account.pk})
        return [action for (action,) in cursor.fetchall()]
