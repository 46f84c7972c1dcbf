"""Messages that were never delivered come to an end: after their time to live nobody will deliver them any more.

Meta retries for 30 days, for authentication templates 10 minutes (Meta, messages reference, 2025-11). No webhook says
that it gave up, so a daily job does. A delivery that is reported later still wins, as it does over a failure.
"""

from datetime import datetime, timedelta
from typing import Any

from django.db import connection
from django.utils import timezone

from messaging import lifecycle
from messaging.directory import Directory, Place
from messaging.events import MessageEvent
from portal.core.tenancy import every_tenant

LIFE = timedelta(days=30)
AUTHENTICATION_LIFE = timedelta(minutes=10)
_LOOK_BACK = timedelta(days=30)  # how late the job may run and still find everything
_BATCH = 5_000

_OPEN = """
SELECT account_id, provider, provider_message_id, subaccount_id, phone_number_id, created_at, id
FROM messaging_message
WHERE created_at >= %(since)s AND created_at < %(before)s AND id > %(after)s AND direction = 'outbound' AND status IN ('sent', 'queued')
    AND (category LIKE 'authentication%%') = %(authentication)s
ORDER BY id LIMIT %(limit)s
"""


def expire(now: datetime | None = None) -> int:
    """Expire what is past its time to live; returns how many messages. Safe to repeat."""
    now = now or timezone.now()
    return _expire(now, AUTHENTICATION_LIFE, authentication=True) + _expire(now, LIFE, authentication=False)


def _expire(now: datetime, life: timedelta, *, authentication: bool) -> int:
    expired, after = 0, 0
    span = {"before": now - life, "since": now - life - _LOOK_BACK, "authentication": authentication, "limit": _BATCH}
    with every_tenant():
        while rows := _open_messages({**span, "after": after}):
            directory = Directory({row[0] for row in rows})
            lifecycle.apply([_report(*row[:6], life=life) for row in rows], directory)
            expired, after = expired + len(rows), rows[-1][6]
    return expired


def _open_messages(span: dict[str, Any]) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(_OPEN, span)
        return list(cursor.fetchall())


def _report(
    account_id: int,
    provider: str,
    provider_message_id: str,
    subaccount_id: int | None,
    phone_number_id: int | None,
    created_at: datetime,
    *,
    life: timedelta,
) -> lifecycle.Report:
    event = MessageEvent(provider_message_id=provider_message_id, state="expired", at=created_at + life)
    return lifecycle.Report(account_id, provider, event, Place(subaccount_id, phone_number_id))
