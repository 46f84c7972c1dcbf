"""The Celery tasks of events; each finds its work in the database."""

from celery import shared_task

from core.tasks import InstallationTask
from events import deliveries


@shared_task(base=InstallationTask)
def post_deliveries() -> None:
    """Post due deliveries."""
    deliveries.post_due()


@shared_task(base=InstallationTask)
def delete_expired_events() -> None:
    """Delete events and subscriptions past their retention."""
    deliveries.delete_expired()
