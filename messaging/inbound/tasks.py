"""Background work of the inbox; each task finds its work in the database."""

from celery import shared_task

from billing.tasks import rate_dirty_buckets
from core.tasks import InstallationTask
from messaging.inbound import inbox


@shared_task(base=InstallationTask)
def drain_inbox() -> None:
    """Work off the inbox, then ask for rating."""
    if inbox.drain():
        rate_dirty_buckets.apply_async(expires=10, retry=False)


@shared_task(base=InstallationTask)
def unpark_webhooks() -> None:
    """Try parked webhooks again whose number, WABA or subaccount somebody has registered meanwhile."""
    if inbox.unpark():
        inbox.drain()
