from datetime import UTC, date, datetime

import pytest
import time_machine
from django.db import connection

from messaging.retention import forget_webhooks
from portal.core import partitions


@pytest.fixture
def old_webhook(acme):
    """Store a webhook of long ago."""

    def store(month, state):
        partitions.ensure("messaging_inbox", [month])
        with connection.cursor() as cursor:
            cursor.execute(
                "INSERT INTO messaging_inbox (received_at, account_id, endpoint_id, provider, headers, body, state, "
                "attempts, due_at, reason) VALUES (%s, %s, 1, 'meta', '{}', '', %s, 1, now(), '')",
                [datetime(month.year, month.month, 28, tzinfo=UTC), acme.pk, state],
            )

    return store


def kept(month):
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT state FROM messaging_inbox_{month:%Y_%m} ORDER BY state")  # noqa: S608 - a partition of ours
        return [state for (state,) in cursor.fetchall()]


@time_machine.travel("2026-11-20", tick=False)
def test_a_month_that_is_wholly_past_is_dropped(old_webhook, settings):
    settings.INBOX_DAYS = 90
    old_webhook(date(2024, 7, 1), "done")
    forget_webhooks()
    months = partitions.months_of("messaging_inbox")
    assert date(2024, 7, 1) not in months
    assert date(2026, 8, 1) in months  # its last days are younger than 90


@time_machine.travel("2026-11-20", tick=False)
def test_what_nobody_understood_stays(old_webhook, settings):
    settings.INBOX_DAYS = 90
    for state in ("done", "quarantined", "parked"):
        old_webhook(date(2024, 6, 1), state)
    forget_webhooks()
    assert kept(date(2024, 6, 1)) == ["parked", "quarantined"]
