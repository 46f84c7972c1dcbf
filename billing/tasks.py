"""Billing's background work."""

import structlog
from celery import shared_task
from django.db import Error

from billing.rating import RatingError, dirty_buckets, rate_bucket
from portal.core.tasks import InstallationTask

log = structlog.get_logger("tollgate.billing")


@shared_task(base=InstallationTask)
def rate_dirty_buckets() -> None:
    """Rate every bucket that has new facts. A bucket that fails is parked and does not hold the others."""
    for bucket_id in dirty_buckets():
        try:
            rate_bucket(bucket_id)
        except (RatingError, Error):
            log.exception("bucket_parked", bucket=bucket_id)
