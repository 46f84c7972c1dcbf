"""The rating engine: hourly blocks and tier cuts, one bucket at a time, in PostgreSQL.

Any number of raters may run: a bucket is rated by one at a time, in one transaction with one snapshot, and its result
is a pure function of the facts and prices that snapshot sees.
"""

from datetime import timedelta
from typing import Any, NamedTuple

from django.db import Error, OperationalError, connection, transaction
from django.db.models import Q, QuerySet
from django.utils import timezone

from billing.models import Bucket, DirtyBucket, RatingRun
from billing.rating.placement import place_anew
from billing.rating.sql.blocks import DROP_EMPTY, FOLD
from billing.rating.sql.statements import CAN_REPRICE, PLAN, RATE, REPRICE
from core.locks import session_lock

ENGINE = 1
PARKED_FOR = timedelta(minutes=1)
ONE_SNAPSHOT = "SET TRANSACTION ISOLATION LEVEL REPEATABLE READ"
IN_FORCE: dict[str, list[int]] = {"with": [], "without": [], "forced": []}


class RatingError(RuntimeError):
    """A bucket's result broke an invariant; nothing of it was kept."""


def dirty_buckets(limit: int = 1000) -> list[int]:
    """Ids of buckets with facts or prices that no rating has seen, lowest first."""
    return _ids(DirtyBucket.objects.all(), limit)


def due_buckets(limit: int = 1000) -> list[int]:
    """The dirty ones without those that were parked a moment ago."""
    rested = Q(bucket__parked_at=None) | Q(bucket__parked_at__lt=timezone.now() - PARKED_FOR)
    return _ids(DirtyBucket.objects.filter(rested), limit)


def _ids(dirty: QuerySet[DirtyBucket], limit: int) -> list[int]:
    return list(dirty.order_by("bucket_id").values_list("bucket_id", flat=True).distinct()[:limit])


def rate_bucket(bucket_id: int) -> bool:
    """Rate one bucket in a transaction of its own: bring its lines and cuts up to its facts and prices.

    Returns False when another rater holds the bucket. A failure parks the bucket (`Bucket.problem`) and leaves its
    former lines; its dirty mark stays, so that it is tried again after `PARKED_FOR`. A lost connection or a conflict of
    two transactions parks nothing: the next run tries again. Needs every tenant's scope. Raises RatingError or what
    the database raises.
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
            Bucket.objects.filter(pk=bucket_id).update(problem=str(error), parked_at=timezone.now())
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
        (news,) = cursor.fetchone()
        cursor.execute(DROP_EMPTY, bucket)
        cursor.execute(PLAN)
        latest = RatingRun.objects.filter(bucket=bucket_id).order_by("-first_at", "-id").first()
        given = {"buckets": [bucket_id], "run": latest.pk if latest else None, **IN_FORCE}
        if latest and not news and latest.engine == ENGINE and _can_reprice(given):
            cursor.execute(REPRICE, given)
            n, rated, terms, changed = cursor.fetchone()
            found = _Result(n, latest.fingerprint, rated, latest.fingerprint, terms, latest.layout, changed)
        else:
            cursor.execute(RATE, given)
            found = _Result(*cursor.fetchone())
        _settle(bucket_id, latest, found)


def _can_reprice(given: dict[str, Any]) -> bool:
    with connection.cursor() as cursor:
        cursor.execute(CAN_REPRICE, given)
        return bool(cursor.fetchone()[0])


class _Result(NamedTuple):
    """What a rating counted: messages of the blocks, messages of the lines, what it rests on, lines written."""

    n: int
    fingerprint: int
    rated: int
    rated_fingerprint: int
    terms: str
    layout: str
    changed: int


def _settle(bucket_id: int, latest: RatingRun | None, found: _Result) -> None:
    """Refuse a result that does not cover exactly the messages of the blocks; else note what it covers."""
    if found.n != found.rated:
        raise RatingError(f"{found.rated} messages in lines, {found.n} in blocks")
    if found.fingerprint != found.rated_fingerprint:
        raise RatingError(f"{found.n} messages in lines and in blocks, but not the same ones")
    now = timezone.now()
    values = {"n": found.n, "fingerprint": found.fingerprint, "rated_at": now}
    if latest is None or (latest.terms, latest.engine) != (found.terms, ENGINE):
        RatingRun.objects.create(
            bucket_id=bucket_id, terms=found.terms, layout=found.layout, engine=ENGINE, first_at=now, **values
        )
    elif found.changed or (latest.n, latest.fingerprint) != (found.n, found.fingerprint):
        RatingRun.objects.filter(pk=latest.pk).update(**values)
    Bucket.objects.filter(pk=bucket_id).update(rated_at=now, problem="", parked_at=None)
