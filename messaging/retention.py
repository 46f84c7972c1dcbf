"""How long webhooks are kept: settled ones for INBOX_DAYS, then the whole month goes at once."""

from datetime import timedelta

from django.conf import settings
from django.db import connection
from django.utils import timezone

from portal.core import partitions


def forget_webhooks() -> int:
    """Drop the months whose last day is past INBOX_DAYS; returns how many months were dropped or emptied.

    A month that still holds rows nobody understood keeps those, and loses the others.
    """
    cutoff = (timezone.now() - timedelta(days=settings.INBOX_DAYS)).date()
    old = [month for month in partitions.months_of("messaging_inbox") if partitions.next_month(month) <= cutoff]
    for month in old:
        name = f"messaging_inbox_{month:%Y_%m}"
        with connection.cursor() as cursor:
            cursor.execute(f"SELECT EXISTS (SELECT FROM {name} WHERE state <> 'done')")  # noqa: S608 - a partition's name
            (held,) = cursor.fetchone()
            if held:
                cursor.execute(f"DELETE FROM {name} WHERE state = 'done'")  # noqa: S608
        if not held:
            partitions.drop("messaging_inbox", month)
    return len(old)
