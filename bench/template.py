"""The template database of all measurements: the schema, and the demo account without traffic."""

from datetime import UTC, datetime

from django.core.management import call_command

from core import partitions
from core.tasks import prepare_partitions
from core.tenancy import every_tenant
from local.demo.world import ACME, build
from messaging.inbound.models import WebhookEndpoint

START = datetime(2026, 10, 15, 12, tzinfo=UTC)


def fill() -> None:
    """Migrate the database and build the account."""
    call_command("migrate", verbosity=0)
    with every_tenant():
        prepare_partitions()
        for table in ("log_message", "log_statusevent", "log_payload"):
            partitions.ensure(table, [START.date()])
        build(ACME, START)
        WebhookEndpoint.objects.update(rate_limit=1_000_000)  # above the rate of any measurement
