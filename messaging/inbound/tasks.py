"""Background work of the inbox; each task finds its work in the database."""

from celery import shared_task

from billing.tasks import rate_dirty_buckets
from core.tasks import InstallationTask
from messaging.inbound import inbox
from messaging.inbound.services.replay import advance_replays


@shared_task(base=InstallationTask)
def drain_inbox() -> None:
    """Continue replays, process the inbox, then request rating."""
    advance_replays()
    if inbox.drain():
        rate_dirty_buckets.apply_async(expires=10, retry=False)


@shared_task(base=InstallationTask)
def unpark_webhooks() -> None:
    """Requeue parked webhooks whose number, WABA or subaccount has been registered since."""
    if inbox.unpark():
        inbox.drain()
