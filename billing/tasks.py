"""Billing's background work."""

import structlog
from celery import shared_task
from django.db import Error

from billing import dry_runs
from billing.models import Bucket
from billing.rating import RatingError, dirty_buckets, rate_bucket
from billing.rating.verification import verify
from portal.core.tasks import InstallationTask

log = structlog.get_logger("tollgate.billing")


@shared_task(base=InstallationTask)
def verify_rating() -> None:
    """Check every bucket without new facts against the reference; a difference is an error in the log."""
    waiting = dirty_buckets(limit=1_000_000)
    for difference in verify(list(Bucket.objects.exclude(pk__in=waiting))):
        log.error("rating_differs", difference=str(difference), bucket=difference.bucket.pk)


@shared_task(base=InstallationTask)
def rate_dirty_buckets() -> None:
    """Rate every bucket that has new facts. A bucket that fails is parked and does not hold the others."""
    for bucket_id in dirty_buckets():
        try:
            rate_bucket(bucket_id)
        except (RatingError, Error):
            log.exception("bucket_parked", bucket=bucket_id)


@shared_task(base=InstallationTask)
def advance_dry_runs() -> None:
    """Work off a slice of what people try out."""
    dry_runs.advance()
