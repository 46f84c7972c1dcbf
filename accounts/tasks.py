"""Accounts' background work."""

from celery import shared_task

from accounts.services import audit_chain, idempotency
from core.tasks import InstallationTask


@shared_task(base=InstallationTask)
def delete_expired_calls() -> None:
    """Drop the kept answers of requests of more than a day ago."""
    idempotency.delete_expired_calls()


@shared_task(base=InstallationTask)
def verify_audit() -> None:
    """Work out the chains of the audit again; one that is broken is an error in the log and shown to its account."""
    for _ in audit_chain.verify_and_record():
        pass
