"""The rating engine: hourly blocks and tier cuts, one bucket at a time, in PostgreSQL.

Any number of raters may run: a bucket is rated by one at a time, in one transaction with one snapshot, and its result
is a pure function of the facts and prices that snapshot sees.
"""

from typing import Any

from django.db import Error, OperationalError, connection, transaction
from django.utils import timezone

from billing.models import Bucket, DirtyBucket, RatingRun
from billing.rating.placement import place_anew
from billing.rating.sql import DROP_EMPTY, FOLD, RATE
from portal.core.locks import session_lock

ENGINE = 1
ONE_SNAPSHOT = "SET TRANSACTION ISOLATION LEVEL REPEATABLE READ"
IN_FORCE: dict[str, list[int]] = {"with": [], "without": [], "forced": []}


class RatingError(RuntimeError):
    """A bucket's result broke an invariant; nothing of it was kept."""


def dirty_buckets(limit: int = 1000) -> list[int]:
    """Ids of buckets with facts or prices that no rating has seen, lowest first."""
    ids = DirtyBucket.objects.order_by("bucket_id").values_list("bucket_id", flat=True).distinct()
    return list(ids[:limit])


def rate_bucket(bucket_id: int) -> bool:
    """Rate one bucket in a transaction of its own: bring its lines and cuts up to its facts and prices.

    Returns False when another rater holds the bucket. A failure parks the bucket (`Bucket.problem`) and leaves its
    former lines; its dirty mark stays, so that the next run tries again. A lost connection or a conflict of two
    transactions parks nothing: the next run tries again. Needs every tenant's scope. Raises RatingError or what the
    database raises.
    """
    # One rater a bucket; the lock is taken before the transaction, whose snapshot must be younger.
    with session_lock("billing.bucket", bucket_id) as held:
        if not held:
            return False
        try:
            _rate(bucket_id)
        except OperationalError:
            raise
        except (RatingError, Error) as error:
            Bucket.objects.filter(pk=bucket_id).update(problem=str(error))
            raise
        return True


def _rate(bucket_id: int) -> None:
    with transaction.atomic(), connection.cursor() as cursor:
        # Deltas, blocks and facts are read by several statements, which must see the same moment. Inside an outer
        # transaction (a test's) there is one already, and nobody else writes.
        if not connection.savepoint_ids:
            cursor.execute(ONE_SNAPSHOT)
        bucket = {"bucket": bucket_id}
        cursor.execute("DELETE FROM billing_dirtybucket WHERE bucket_id = %(bucket)s RETURNING misplaced", bucket)
        if any(misplaced for (misplaced,) in cursor.fetchall()):
            place_anew(bucket_id)
        cursor.execute(FOLD, bucket)
        cursor.execute(DROP_EMPTY, bucket)
        cursor.execute(RATE, {"buckets": [bucket_id], **IN_FORCE})
        _settle(bucket_id, cursor.fetchone())


def _settle(bucket_id: int, result: tuple[Any, ...]) -> None:
    """Refuse a result that does not cover exactly the messages of the blocks; else note what it covers."""
    n, fingerprint, rated, rated_fingerprint, terms, changed = result
    if n != rated:
        raise RatingError(f"{rated} messages in lines, {n} in blocks")
    if fingerprint != rated_fingerprint:
        raise RatingError(f"{n} messages in lines and in blocks, but not the same ones")
    now = timezone.now()
    latest = RatingRun.objects.filter(bucket=bucket_id).order_by("-first_at", "-id").first()
    values: dict[str, Any] = {"n": n, "fingerprint": fingerprint, "rated_at": now}
    if latest is None or latest.terms != terms or latest.engine != ENGINE:
        RatingRun.objects.create(bucket_id=bucket_id, terms=terms, engine=ENGINE, first_at=now, **values)
    elif changed or (latest.n, latest.fingerprint) != (n, fingerprint):
        RatingRun.objects.filter(pk=latest.pk).update(**values)
    Bucket.objects.filter(pk=bucket_id).update(rated_at=now, problem="")
