"""The Celery tasks of accounts."""

from celery import shared_task

from accounts.services import audit_chain, idempotency
from core.tasks import InstallationTask


@shared_task(base=InstallationTask)
def delete_expired_calls() -> None:
    """Delete idempotent calls of more than a day ago."""
    idempotency.delete_expired_calls()


@shared_task(base=InstallationTask)
def verify_audit() -> None:
    """Verify the audit chains; a broken one is an error in the log and shown to its account."""
    for _ in audit_chain.verify_and_record():
        pass
