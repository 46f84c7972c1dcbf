"""The rating engine: hourly blocks and tier cuts, one bucket at a time, in PostgreSQL.

Any number of raters may run. One rater at a time rates a bucket, in one transaction with one snapshot, and the result
is a pure function of the facts and prices in that snapshot.
"""

from datetime import timedelta
from typing import Any, NamedTuple

from django.db import Error, OperationalError, connection, transaction
from django.db.models import Q, QuerySet
from django.utils import timezone

from billing.models import Bucket, DirtyBucket, RatingRun
from billing.rating.placement import reclassify
from billing.rating.sql.blocks import DROP_EMPTY, FOLD
from billing.rating.sql.statements import CAN_REPRICE, PLAN, RATE, REPRICE
from core.locks import session_lock

ENGINE = 1
PARKED_FOR = timedelta(minutes=1)
ONE_SNAPSHOT = "SET TRANSACTION ISOLATION LEVEL REPEATABLE READ"
IN_FORCE: dict[str, list[int]] = {"with": [], "without": [], "forced": []}


class RatingError(RuntimeError):
    """A bucket's result violates an invariant and was rolled back."""


def dirty_buckets(limit: int = 1000) -> list[int]:
    """The ids of buckets with unrated facts or prices, in ascending order."""
    return _ids(DirtyBucket.objects.all(), limit)


def due_buckets(limit: int = 1000) -> list[int]:
    """The ids of dirty buckets, except recently parked ones."""
    not_parked = Q(bucket__parked_at=None) | Q(bucket__parked_at__lt=timezone.now() - PARKED_FOR)
    return _ids(DirtyBucket.objects.filter(not_parked), limit)


def _ids(dirty: QuerySet[DirtyBucket], limit: int) -> list[int]:
    return list(dirty.order_by("bucket_id").values_list("bucket_id", flat=True).distinct()[:limit])


def rate_bucket(bucket_id: int) -> bool:
    """Rate one bucket in its own transaction: update its lines and cuts from its facts and prices.

    Returns False if another rater has locked the bucket. A failure parks the bucket (`Bucket.problem`) and keeps its
    former lines; it stays dirty and is retried after `PARKED_FOR`. A lost connection or a serialization conflict does
    not park it: the next run retries. Needs every tenant's scope. Raises RatingError or a database error.
    """
    # One rater per bucket. The lock comes before the transaction, because the snapshot must be newer than the lock.
    with session_lock("billing.bucket", bucket_id) as held:
        if not held:
            return False
        try:
            _rate(bucket_id)
        except OperationalError:
            raise
        except (RatingError, Error) as error:
            Bucket.objects.filter(pk=bucket_id).update(problem=str(error), parked_at=timezone.now())
            raise
        return True


def _rate(bucket_id: int) -> None:
    with transaction.atomic(), connection.cursor() as cursor:
        # Several statements read deltas, blocks and facts and need one snapshot. An outer transaction (in a test)
        # has one already, and nothing else writes.
        if not connection.savepoint_ids:
            cursor.execute(ONE_SNAPSHOT)
        bucket = {"bucket": bucket_id}
        cursor.execute("DELETE FROM billing_dirtybucket WHERE bucket_id = %(bucket)s RETURNING misplaced", bucket)
        if any(misplaced for (misplaced,) in cursor.fetchall()):
            reclassify(bucket_id)
        cursor.execute(FOLD, bucket)
        (changed_facts,) = cursor.fetchone()
        cursor.execute(DROP_EMPTY, bucket)
        cursor.execute(PLAN)
        latest = RatingRun.objects.filter(bucket=bucket_id).order_by("-first_at", "-id").first()
        params = {"buckets": [bucket_id], "run": latest.pk if latest else None, **IN_FORCE}
        if latest and not changed_facts and latest.engine == ENGINE and _can_reprice(params):
            cursor.execute(REPRICE, params)
            n, rated, terms, changed = cursor.fetchone()
            result = _Result(n, latest.fingerprint, rated, latest.fingerprint, terms, latest.layout, changed)
        else:
            cursor.execute(RATE, params)
            result = _Result(*cursor.fetchone())
        _save_result(bucket_id, latest, result)


def _can_reprice(params: dict[str, Any]) -> bool:
    with connection.cursor() as cursor:
        cursor.execute(CAN_REPRICE, params)
        return bool(cursor.fetchone()[0])


class _Result(NamedTuple):
    """The result of a rating: messages of the blocks, messages of the lines, hashes of the terms, and lines written."""

    n: int
    fingerprint: int
    rated: int
    rated_fingerprint: int
    terms: str
    layout: str
    changed: int


def _save_result(bucket_id: int, latest: RatingRun | None, result: _Result) -> None:
    """Refuse a result that does not cover exactly the messages of the blocks; else record the run."""
    if result.n != result.rated:
        raise RatingError(f"{result.rated} messages in lines, {result.n} in blocks")
    if result.fingerprint != result.rated_fingerprint:
        raise RatingError(f"{result.n} messages in lines and in blocks, but not the same ones")
    now = timezone.now()
    values = {"n": result.n, "fingerprint": result.fingerprint, "rated_at": now}
    if latest is None or (latest.terms, latest.engine) != (result.terms, ENGINE):
        RatingRun.objects.create(
            bucket_id=bucket_id, terms=result.terms, layout=result.layout, engine=ENGINE, first_at=now, **values
        )
    elif result.changed or (latest.n, latest.fingerprint) != (result.n, result.fingerprint):
        RatingRun.objects.filter(pk=latest.pk).update(**values)
    Bucket.objects.filter(pk=bucket_id).update(rated_at=now, problem="", parked_at=None)
