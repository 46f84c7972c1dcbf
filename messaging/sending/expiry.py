"""Expires undelivered messages: after their time to live no provider delivers them any more.

No webhook reports it (see `messaging.log.time_to_live`), so a daily job does. A delivery that is reported later still
wins, as it does over a failure.
"""

from datetime import datetime, timedelta
from typing import Any, NamedTuple

from django.db import connection
from django.utils import timezone

from messaging.log import lifecycle
from messaging.log.directory import Directory, Placement
from messaging.log.time_to_live import AUTHENTICATION, USUAL
from providers.events import MessageEvent

_LOOK_BACK = timedelta(days=30)  # the longest delay of the job at which it misses no message
_BATCH = 5_000

_OPEN = """
SELECT id, created_at, account_id, provider, provider_message_id, subaccount_id, phone_number_id
FROM log_message
WHERE created_at >= %(since)s AND created_at < %(before)s AND id > %(after)s
    AND direction = 'outbound' AND status IN ('sent', 'queued')
    AND (category LIKE 'authentication%%') = %(authentication)s
    AND NOT EXISTS (SELECT FROM sending_submission s WHERE s.umid = log_message.umid)
ORDER BY id LIMIT %(limit)s
"""


class _OpenMessage(NamedTuple):
    """A message without an outcome."""

    id: int
    created_at: datetime
    account_id: int
    provider: str
    provider_message_id: str
    subaccount_id: int | None
    phone_number_id: int | None

    def expiry_report(self, life: timedelta) -> lifecycle.EventReport:
        """The report of its expiry, at the end of its life and not when the job runs."""
        at = self.created_at + life
        event = MessageEvent(provider_message_id=self.provider_message_id, state="expired", at=at)
        return lifecycle.EventReport(
            self.account_id, self.provider, event, Placement(self.subaccount_id, self.phone_number_id)
        )


def expire(now: datetime | None = None) -> int:
    """Expire messages after their time to live. Returns how many. Safe to repeat; needs every tenant's scope."""
    now = now or timezone.now()
    return _expire(now, AUTHENTICATION, authentication=True) + _expire(now, USUAL, authentication=False)


def _expire(now: datetime, life: timedelta, *, authentication: bool) -> int:
    count, after = 0, 0
    span = {"before": now - life, "since": now - life - _LOOK_BACK, "authentication": authentication, "limit": _BATCH}
    while rows := _open_messages({**span, "after": after}):
        directory = Directory({row.account_id for row in rows})
        lifecycle.apply([row.expiry_report(life) for row in rows], directory)
        count, after = count + len(rows), rows[-1].id
    return count


def _open_messages(span: dict[str, Any]) -> list[_OpenMessage]:
    with connection.cursor() as cursor:
        cursor.execute(_OPEN, span)
        return [_OpenMessage(*row) for row in cursor.fetchall()]
