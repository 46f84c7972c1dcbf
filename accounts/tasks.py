"""Accounts' background work."""

from celery import shared_task

from accounts.services import idempotency
from portal.core.tasks import InstallationTask


@shared_task(base=InstallationTask)
def forget_calls() -> None:
    """Drop the kept answers of requests of more than a day ago."""
    idempotency.forget_calls()
