"""The record of who did what, for those who may read it."""

from collections.abc import Mapping
from dataclasses import dataclass, fields
from datetime import datetime

from django.db import connection
from django.db.models import QuerySet

from accounts.models import Account, AuditEntry
from core.paging import Page, page

A_PAGE = 50


@dataclass(frozen=True)
class AuditFilter:
    """What of the record is asked for; whoever and whatever is empty is not asked."""

    start: datetime | None = None
    end: datetime | None = None  # not included
    actor: str = ""  # a part of it, in any case; so is the target
    action: str = ""
    target: str = ""

    @property
    def words(self) -> dict[str, str]:
        """What is asked, as the record says of an export."""
        given = {field.name: getattr(self, field.name) for field in fields(self)}
        return {name: value if isinstance(value, str) else value.isoformat() for name, value in given.items() if value}


def entries_asked(account: Account, asked: AuditFilter) -> QuerySet[AuditEntry]:
    """An account's entries that were asked for, in no order yet."""
    given = {
        "at__gte": asked.start,
        "at__lt": asked.end,
        "actor__icontains": asked.actor,
        "action": asked.action,
        "target__icontains": asked.target,
    }
    rows: QuerySet[AuditEntry] = AuditEntry.objects.filter(
        account=account, **{name: value for name, value in given.items() if value}
    )
    return rows


def audit_entries(
    account: Account, asked: AuditFilter, params: Mapping[str, str], *, size: int | None = None
) -> Page[AuditEntry]:
    """A page of them, newest first. One query, however long the record is."""
    return page(entries_asked(account, asked), params, size=size or A_PAGE, column="at")


# DISTINCT would read every entry; this jumps from each action to the next one in the index.
_ACTIONS = """
WITH RECURSIVE found AS (
    (SELECT action FROM accounts_auditentry WHERE account_id = %(account)s ORDER BY action LIMIT 1)
    UNION ALL
    SELECT (SELECT action FROM accounts_auditentry
            WHERE account_id = %(account)s AND action > found.action ORDER BY action LIMIT 1)
    FROM found WHERE found.action IS NOT NULL
)
SELECT action FROM found WHERE action IS NOT NULL
"""


def actions_of(account: Account) -> list[str]:
    """Every action that the account's record holds, in their order. One query."""
    with connection.cursor() as cursor:
        cursor.execute(_ACTIONS, {"account": account.pk})
        return [action for (action,) in cursor.fetchall()]
