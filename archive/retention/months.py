"""Forgetting whole months of messaging's tables: dropped at once, or an account's rows a stretch at a time."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any

from django.db import connection, transaction

from core import partitions
from messaging.log.enums import SubmissionState
from messaging.log.models import DeletedMessage, Horizon
from messaging.sending.models import Submission

# What goes with what: the month of the first decides. An empty condition: every row.
TABLES: dict[str, tuple[str, ...]] = {
    "message": ("log_message", "log_statusevent", "log_payload"),
    "payload": ("log_payload",),
    "webhook": ("inbound_inbox",),
}
_ONLY = {"inbound_inbox": "AND state = 'done'"}  # what nobody understood stays until somebody does
_BLOCKS = 500  # of 8 kB in a transaction: some 100 ms
_ROWS = 5_000


def months_of(kind: str) -> list[date]:
    """The months there are of a kind, oldest first."""
    return sorted({month for table in TABLES[kind] for month in partitions.months_of(table)})


def begin_at(begins: Mapping[int, datetime]) -> None:
    """Have accounts (by id) know nothing of before these moments: no webhook brings it back. Never moves back."""
    for account_id, moment in sorted(begins.items()):
        horizon, made = Horizon.objects.get_or_create(pk=account_id, defaults={"begins_at": moment})
        if not made and horizon.begins_at < moment:
            Horizon.objects.filter(pk=account_id).update(begins_at=moment)


def drop_month(kind: str, month: date) -> bool:
    """Drop a month of every account, in constant time, in the caller's transaction; False when rows must stay.

    Raises OperationalError when others are at work on it; nothing has happened then.
    """
    there = [table for table in TABLES[kind] if month in partitions.months_of(table)]
    for table in there:
        if table in _ONLY and _any(table, month, "state <> 'done'"):
            return False
    for table in there:
        partitions.drop(table, month)
    return True


def drop_empty(kind: str, month: date) -> None:
    """Drop those of a month's tables that hold nothing any more, in the caller's transaction."""
    for table in TABLES[kind]:
        if month in partitions.months_of(table) and not _any(table, month, "true"):
            partitions.drop(table, month)


def _any(table: str, month: date, condition: str) -> bool:
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT EXISTS (SELECT FROM {_name(table, month)} WHERE {condition})")  # noqa: S608
        return bool(cursor.fetchone()[0])


def sweep_month(table: str, month: date, account_ids: Sequence[int], block: int) -> tuple[int, int | None]:
    """Delete the accounts' rows in the next blocks of a month's table: how many, and from which block to go on.

    In the order in which they lie on the disk: no index is needed, and each row is read once.
    """
    if month not in partitions.months_of(table):
        return 0, None
    return _sweep(_name(table, month), f"account_id = ANY(%(accounts)s) {_ONLY.get(table, '')}",
                  {"accounts": list(account_ids)}, block)  # fmt: skip


def sweep_anchors(begins: Mapping[int, datetime], block: int) -> tuple[int, int | None]:
    """Delete the anchors of messages of before an account's beginning, in the next blocks of their table."""
    known = {"ids": list(begins), "moments": list(begins.values())}
    condition = "(SELECT b.moment FROM unnest(%(ids)s::bigint[], %(moments)s::timestamptz[]) b (id, moment) "
    return _sweep("log_anchor", f"created_at < {condition} WHERE b.id = account_id)", known, block)


def _sweep(table: str, condition: str, known: dict[str, Any], block: int) -> tuple[int, int | None]:
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(
            f"DELETE FROM {table} WHERE ctid >= format('(%%s,0)', %(block)s::bigint)::tid "  # noqa: S608
            f"AND ctid < format('(%%s,0)', %(end)s::bigint)::tid AND {condition}",
            {**known, "block": block, "end": block + _BLOCKS},
        )
        deleted = cursor.rowcount
        cursor.execute("SELECT pg_relation_size(%s::regclass) / current_setting('block_size')::bigint", [table])
        (blocks,) = cursor.fetchone()
    return deleted, block + _BLOCKS if block + _BLOCKS < blocks else None


def forget_uncertain(account_id: int, before: datetime) -> int:
    """Forget requests whose end nobody ever knew, with their messages gone from the log; how many."""
    rows = Submission.objects.filter(account=account_id, state=SubmissionState.UNCERTAIN, created_at__lt=before)
    return int(rows.delete()[0])


def forget_deleted(account_id: int, before: datetime) -> int:
    """Forget what messages that somebody deleted counted for, a batch at a time; 0 when none is left."""
    rows = DeletedMessage.objects.filter(account=account_id, created_at__lt=before).order_by("created_at")
    keys = list(rows.values_list("message_key", flat=True)[:_ROWS])
    return int(DeletedMessage.objects.filter(message_key__in=keys).delete()[0])


def _name(table: str, month: date) -> str:
    return f"{table}_{month:%Y_%m}"
