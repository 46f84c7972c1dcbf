"""Background work of the log; each task finds its work in the database."""

from celery import shared_task

from core.tasks import InstallationTask
from messaging.log.lifecycle import traffic


@shared_task(base=InstallationTask)
def fold_traffic() -> None:
    """Fold the counts' changes into the hourly counts."""
    traffic.fold()
