"""Billing's background work."""

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
from core.tasks import InstallationTask

log = structlog.get_logger("tollgate.billing")
_TURNS = 30


@shared_task(base=InstallationTask)
def verify_rating() -> None:
    """Check rated buckets against the other raters; a difference is an error in the log.

    Every bucket of this month and the last, and of the older ones each night another thirtieth.
    """
    today = timezone.now().date()
    recent = Q(month__gte=today.replace(day=1) - timedelta(days=31))
    turn = Q(turn=today.toordinal() % _TURNS)
    buckets = Bucket.objects.annotate(turn=Mod("id", _TURNS)).filter(recent | turn)
    for difference in verify(list(buckets.exclude(pk__in=dirty_buckets(limit=1_000_000)))):
        log.error("rating_differs", difference=str(difference), bucket=difference.bucket.pk)


@shared_task(base=InstallationTask)
def rate_dirty_buckets() -> None:
    """Rate every bucket that has new facts. A bucket that fails is parked for a minute and does not hold the others.

    Workers that run this at once share the buckets: each goes through them in an order of its own, and passes over
    those that another holds.
    """
    due = due_buckets()
    for bucket_id in random.sample(due, len(due)):
        try:
            rate_bucket(bucket_id)
        except OperationalError as error:  # a lost connection, or two transactions that got in each other's way
            log.warning("bucket_waits", bucket=bucket_id, error=str(error))
        except (RatingError, Error):
            log.exception("bucket_parked", bucket=bucket_id)


@shared_task(base=InstallationTask)
def advance_dry_runs() -> None:
    """Work off a slice of what people try out."""
    dry_runs.advance()
