"""What every measurement shares: the demo account without traffic, and the output of ratios."""

import statistics
from collections.abc import Sequence
from datetime import UTC, datetime

from django.db import connection

from core import partitions
from core.tasks import prepare_partitions
from core.tenancy import every_tenant
from local.demo.world import ACME, build
from messaging.inbound.models import WebhookEndpoint

START = datetime(2026, 10, 15, 12, tzinfo=UTC)


def prepare() -> None:
    """Build the account, once."""
    with every_tenant():
        prepare_partitions()
        for table in ("log_message", "log_statusevent", "log_payload"):
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
            "TRUNCATE inbound_inbox, log_message, log_anchor, log_deleted, log_statusevent, "
            "log_payload, log_trafficdelta, log_trafficslot, log_trafficdetail, "
            "log_trafficday, "
            "billing_usagefact, billing_usageblock, billing_blockdelta, billing_dirtybucket, billing_ratedline, "
            "billing_tiercut, sending_submission"
        )
