"""What every measurement stands on: the demo account without traffic, and how ratios are printed."""

import statistics
from collections.abc import Sequence
from datetime import UTC, datetime

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


def report(name: str, ratios: Sequence[float], target: float, detail: str) -> bool:
    """Print the median of the pairs' ratios with its spread; whether it reaches the target."""
    median = statistics.median(ratios)
    good = median >= target
    print(
        f"{name}: ratio {median:.2f} (lowest {min(ratios):.2f}, highest {max(ratios):.2f}, {len(ratios)} pairs), "
        f"target ≥ {target:g}: {'met' if good else 'MISSED'}. {detail}",
        flush=True,
    )
    return good
