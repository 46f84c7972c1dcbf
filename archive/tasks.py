"""The archive's background tasks; each finds its work in the database."""

from celery import shared_task

from archive.deletion import work as deletion
from archive.exports import jobs, schedules, work
from archive.retention import work as retention
from core.tasks import InstallationTask


# Acknowledged early: a lost task costs two seconds, while a late acknowledgement would let the broker redeliver it
# during a long packing. The time limit is for the largest workbook; reading stops by itself.
@shared_task(base=InstallationTask, acks_late=False, soft_time_limit=7_200, time_limit=7_260)
def work_exports() -> None:
    """Process exports."""
    work.work()


@shared_task(base=InstallationTask)
def expire_exports() -> None:
    """Delete expired files."""
    jobs.expire()


@shared_task(base=InstallationTask)
def start_scheduled_exports() -> None:
    """Start the exports that are due by their schedules."""
    schedules.start_due()


@shared_task(base=InstallationTask)
def advance_deletions() -> None:
    """Process a slice of the oldest deletion."""
    deletion.advance()


@shared_task(base=InstallationTask, acks_late=False, soft_time_limit=7_200, time_limit=7_260)
def keep_to_periods() -> None:
    """Delete data older than the accounts' retention periods."""
    retention.run()
