"""Background work of sending; each task finds its work in the database."""

from celery import shared_task

from core.tasks import InstallationTask
from messaging.sending import dispatch, expiry
from messaging.sending.services import health


@shared_task(base=InstallationTask)
def send_messages() -> None:
    """Send what is due, and write into the log what providers answered."""
    dispatch.send_due()


@shared_task(base=InstallationTask)
def ask_health() -> None:
    """Ask providers for the health of the numbers that are due."""
    health.check_due_numbers()


@shared_task(base=InstallationTask)
def expire_messages() -> None:
    """Expire messages that no provider will deliver any more."""
    expiry.expire()
