"""The archive's background work; each finds its work in the database."""

from celery import shared_task

from archive.deletion import work as deletion
from archive.exports import jobs, schedules, work
from archive.retention import work as retention
from core.tasks import InstallationTask


# Acknowledged at once: a lost message costs two seconds, while a late one would be handed out again during a long
# packing. The limit is for the largest workbook; reading stops by itself.
@shared_task(base=InstallationTask, acks_late=False, soft_time_limit=7_200, time_limit=7_260)
def work_exports() -> None:
    """Work exports off."""
    work.work()


@shared_task(base=InstallationTask)
def expire_exports() -> None:
    """Delete exported files past their time."""
    jobs.expire()


@shared_task(base=InstallationTask)
def start_scheduled_exports() -> None:
    """Start the exports that are due by their schedules."""
    schedules.start_due()


@shared_task(base=InstallationTask)
def advance_deletions() -> None:
    """Work off a slice of what people want deleted."""
    deletion.advance()


@shared_task(base=InstallationTask, acks_late=False, soft_time_limit=7_200, time_limit=7_260)
def keep_to_periods() -> None:
    """Take away what is older than accounts keep it."""
    retention.run()
