"""Messaging's background work; each finds its work in the database."""

from celery import current_app, shared_task
from django.utils import timezone

from messaging.ingest import inbox
from messaging.lifecycle import expiry, traffic
from messaging.sending import dispatch, receipts
from messaging.services import health
from portal.core import partitions
from portal.core.partitions import month_of, next_month
from portal.core.tasks import InstallationTask

_PARTITIONED = {
    "messaging_inbox": 90,
    "messaging_message": 80,
    "messaging_statusevent": 100,
    "messaging_payload": 100,
}


@shared_task(base=InstallationTask)
def drain_inbox() -> None:
    """Work off the inbox, then ask for rating."""
    if inbox.drain():
        current_app.send_task("billing.tasks.rate_dirty_buckets", expires=10, retry=False)


@shared_task(base=InstallationTask)
def send_messages() -> None:
    """Send what is due, and write into the log what providers answered."""
    dispatch.send_due()


@shared_task(base=InstallationTask)
def post_receipts() -> None:
    """Post the receipts that clients asked for."""
    receipts.post_due()


@shared_task(base=InstallationTask)
def forget_callbacks() -> None:
    """Delete callbacks that have had their time."""
    receipts.forget_callbacks()


@shared_task(base=InstallationTask)
def unpark_webhooks() -> None:
    """Try parked webhooks again whose number, WABA or subaccount somebody has registered meanwhile."""
    if inbox.unpark():
        inbox.drain()


@shared_task(base=InstallationTask)
def expire_messages() -> None:
    """End the life of messages that nobody will deliver any more."""
    expiry.expire()


@shared_task(base=InstallationTask)
def fold_traffic() -> None:
    """Fold the counts' changes into the hourly counts."""
    traffic.fold()


@shared_task(base=InstallationTask)
def ask_health() -> None:
    """Ask providers for the health of the numbers that are due."""
    health.ask_due()


@shared_task(base=InstallationTask)
def prepare_partitions() -> None:
    """Create this month's partitions and the next two, so that no webhook waits for one."""
    months = [month_of(timezone.now())]
    for _ in range(2):
        months.append(next_month(months[-1]))
    for table, fillfactor in _PARTITIONED.items():
        partitions.ensure(table, months, fillfactor=fillfactor)
