"""Background work of sending; each task finds its work in the database."""

from celery import shared_task

from core.tasks import InstallationTask
from messaging.sending import dispatch, expiry
from messaging.sending.services import health


@shared_task(base=InstallationTask)
def send_messages() -> None:
    """Send due messages and log the results."""
    dispatch.send_due()


@shared_task(base=InstallationTask)
def ask_health() -> None:
    """Check the health of the numbers that are due."""
    health.check_due_numbers()


@shared_task(base=InstallationTask)
def expire_messages() -> None:
    """Expire messages that no provider will deliver any more."""
    expiry.expire()
