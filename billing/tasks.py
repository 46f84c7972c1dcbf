"""Billing's background tasks."""

import random
from datetime import timedelta

import structlog
from celery import shared_task
from django.db import Error, OperationalError
from django.db.models import Q
from django.db.models.functions import Mod
from django.utils import timezone

from billing.models import Bucket
from billing.proposals import dry_runs
from billing.rating import RatingError, dirty_buckets, due_buckets, rate_bucket
from billing.rating.verification import verify
from billing.windows import infer_windows
from core.tasks import InstallationTask

log = structlog.get_logger("tollgate.billing")
_NIGHTS = 30  # after which every bucket has been verified


@shared_task(base=InstallationTask)
def verify_rating() -> None:
    """Compare rated buckets with the other raters and log each difference as an error.

    Covers the buckets of this month and the last, and a thirtieth of the older ones each night.
    """
    today = timezone.now().date()
    recent = Q(month__gte=today.replace(day=1) - timedelta(days=31))
    tonight = Q(night=today.toordinal() % _NIGHTS)
    buckets = Bucket.objects.annotate(night=Mod("id", _NIGHTS)).filter(recent | tonight)
    for difference in verify(list(buckets.exclude(pk__in=dirty_buckets(limit=1_000_000)))):
        log.error("rating_differs", difference=str(difference), bucket=difference.bucket.pk)


@shared_task(base=InstallationTask)
def rate_dirty_buckets() -> None:
    """Rate every bucket that has new facts. A failed bucket is retried after a minute and does not block the others.

    Parallel workers share the buckets: each takes them in random order and skips those that another has locked.
    """
    infer_windows()
    bucket_ids = due_buckets()
    for bucket_id in random.sample(bucket_ids, len(bucket_ids)):
        try:
            rate_bucket(bucket_id)
        except OperationalError as error:  # a lost connection or a deadlock
            log.warning("bucket_waits", bucket=bucket_id, error=str(error))
        except (RatingError, Error):
            log.exception("bucket_parked", bucket=bucket_id)


@shared_task(base=InstallationTask)
def advance_dry_runs() -> None:
    """Process a slice of a dry run."""
    dry_runs.advance()
