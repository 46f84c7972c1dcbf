"""How far rating is behind what was delivered."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Max

from billing.models import Bucket, DirtyBucket


@dataclass(frozen=True)
class RatingLag:
    """How far rating is behind: buckets with facts it has not seen, buckets it failed at, and when it last worked."""

    dirty: int
    failed: int
    rated_at: datetime | None


def rating_lag(account_ids: Sequence[int], most: int) -> RatingLag:
    """The lag over these accounts; buckets are counted to `most` + 1 at the furthest."""
    buckets = Bucket.objects.filter(account__in=account_ids)
    dirty = DirtyBucket.objects.filter(bucket__account__in=account_ids).values("bucket_id").distinct()
    return RatingLag(
        dirty=dirty[: most + 1].count(),
        failed=buckets.exclude(problem="").values("pk")[: most + 1].count(),
        rated_at=buckets.aggregate(latest=Max("rated_at"))["latest"],
    )
