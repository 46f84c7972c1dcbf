"""Background work of events; each task finds its work in the database."""

from celery import shared_task

from core.tasks import InstallationTask
from events import deliveries


@shared_task(base=InstallationTask)
def post_deliveries() -> None:
    """Post what is due to clients."""
    deliveries.post_due()


@shared_task(base=InstallationTask)
def forget_old_events() -> None:
    """Delete events and subscriptions that have had their time."""
    deliveries.forget_old()
