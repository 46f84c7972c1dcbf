"""How far rating lags behind deliveries."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Max

from billing.models import Bucket, DirtyBucket


@dataclass(frozen=True)
class RatingLag:
    """The lag of rating: buckets with unrated facts, buckets whose rating failed, and the time of the last rating."""

    dirty: int
    failed: int
    rated_at: datetime | None


def rating_lag(account_ids: Sequence[int], most: int) -> RatingLag:
    """The lag of these accounts; counts buckets up to `most` + 1."""
    buckets = Bucket.objects.filter(account__in=account_ids)
    dirty = DirtyBucket.objects.filter(bucket__account__in=account_ids).values("bucket_id").distinct()
    return RatingLag(
        dirty=dirty[: most + 1].count(),
        failed=buckets.exclude(problem="").values("pk")[: most + 1].count(),
        rated_at=buckets.aggregate(latest=Max("rated_at"))["latest"],
    )
