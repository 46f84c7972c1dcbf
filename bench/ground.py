"""What every measurement stands on: the demo account without traffic, and how ratios are printed."""

import statistics
from collections.abc import Sequence
from datetime import UTC, datetime

from django.db import connection

from messaging.models import WebhookEndpoint
from messaging.tasks import prepare_partitions
from portal.core import partitions
from portal.core.tenancy import every_tenant
from portal.demo.world import ACME, build

START = datetime(2026, 10, 15, 12, tzinfo=UTC)


def prepare() -> None:
    """Build the account, once."""
    with every_tenant():
        prepare_partitions()
        for table in ("messaging_message", "messaging_statusevent", "messaging_payload"):
            partitions.ensure(table, [START.date()])
        build(ACME, START)
        WebhookEndpoint.objects.update(rate_limit=1_000_000)  # the rate of a bench is no attack


def report(name: str, values: Sequence[float], target: float, detail: str, *, at_most: bool = False) -> bool:
    """Print the median of the rounds' ratios, or other figures, with its spread; whether it reaches the target."""
    median = statistics.median(values)
    good = median <= target if at_most else median >= target
    print(
        f"{name}: {median:,.2f} (lowest {min(values):,.2f}, highest {max(values):,.2f}, {len(values)} rounds), "
        f"target {'≤' if at_most else '≥'} {target:g}: {'met' if good else 'MISSED'}. {detail}",
        flush=True,
    )
    return good


def empty() -> None:
    """Take away every webhook, message and fact, so that a measurement starts where the first one did."""
    with connection.cursor() as cursor:
        cursor.execute(
            "TRUNCATE messaging_inbox, messaging_message, messaging_anchor, messaging_deleted, messaging_statusevent, "
            "messaging_payload, messaging_trafficdelta, messaging_trafficslot, messaging_trafficdetail, "
            "messaging_trafficday, "
            "billing_usagefact, billing_usageblock, billing_blockdelta, billing_dirtybucket, billing_ratedline, "
            "billing_tiercut, messaging_submission"
        )
