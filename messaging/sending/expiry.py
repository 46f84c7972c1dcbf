"""Messages that were never delivered expire: after their time to live no provider delivers them any more.

No webhook says that WhatsApp gave up (see `messaging.log.time_to_live`), so a daily job does. A delivery that is
reported later still wins, as it does over a failure.
"""

from datetime import datetime, timedelta
from typing import Any, NamedTuple

from django.db import connection
from django.utils import timezone

from messaging.log import lifecycle
from messaging.log.directory import Directory, Placement
from messaging.log.time_to_live import AUTHENTICATION, USUAL
from providers.events import MessageEvent

_LOOK_BACK = timedelta(days=30)  # how late the job may run and still find everything
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


class _Open(NamedTuple):
    """A message without an outcome."""

    id: int
    created_at: datetime
    account_id: int
    provider: str
    provider_message_id: str
    subaccount_id: int | None
    phone_number_id: int | None

    def expired(self, life: timedelta) -> lifecycle.EventReport:
        """Its end, at the end of its life and not when the job runs."""
        at = self.created_at + life
        event = MessageEvent(provider_message_id=self.provider_message_id, state="expired", at=at)
        return lifecycle.EventReport(
            self.account_id, self.provider, event, Placement(self.subaccount_id, self.phone_number_id)
        )


def expire(now: datetime | None = None) -> int:
    """Expire what is past its time to live; returns how many. Safe to repeat; needs every tenant's scope."""
    now = now or timezone.now()
    return _expire(now, AUTHENTICATION, authentication=True) + _expire(now, USUAL, authentication=False)


def _expire(now: datetime, life: timedelta, *, authentication: bool) -> int:
    expired, after = 0, 0
    span = {"before": now - life, "since": now - life - _LOOK_BACK, "authentication": authentication, "limit": _BATCH}
    while rows := _open_messages({**span, "after": after}):
        directory = Directory({row.account_id for row in rows})
        lifecycle.apply([row.expired(life) for row in rows], directory)
        expired, after = expired + len(rows), rows[-1].id
    return expired


def _open_messages(span: dict[str, Any]) -> list[_Open]:
    with connection.cursor() as cursor:
        cursor.execute(_OPEN, span)
        return [_Open(*row) for row in cursor.fetchall()]
