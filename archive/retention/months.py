"""Deleting months of messaging's tables: a partition is dropped, or some accounts' rows are deleted block by block."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any

from django.db import connection, transaction

from archive.records import RECORDS
from core import partitions
from messaging.log.enums import SubmissionState
from messaging.log.models import DeletedMessage, Horizon, Participant
from messaging.records.models import Record
from messaging.sending.models import Submission

# The tables of each kind; the month of the first table decides.
TABLES: dict[str, tuple[str, ...]] = {
    "message": ("log_message", "log_statusevent", "log_payload"),
    "payload": ("log_payload",),
    "webhook": ("inbound_inbox",),
}
_CONDITIONS = {"inbound_inbox": "AND state = 'done'"}  # quarantined webhooks stay until somebody resolves them
_BLOCKS = 500  # of 8 kB in a transaction: some 100 ms
_ROWS = 5_000


def months_of(kind: str) -> list[date]:
    """The months of a kind that have tables, oldest first."""
    return sorted({month for table in TABLES[kind] for month in partitions.months_of(table)})


def set_horizons(horizons: Mapping[int, datetime]) -> None:
    """Ignore webhooks about messages before these moments, by account id. A horizon never moves back."""
    for account_id, moment in sorted(horizons.items()):
        horizon, created = Horizon.objects.get_or_create(pk=account_id, defaults={"begins_at": moment})
        if not created and horizon.begins_at < moment:
            Horizon.objects.filter(pk=account_id).update(begins_at=moment)


def drop_month(kind: str, month: date) -> bool:
    """Drop a month of every account, in constant time, in the caller's transaction; False if rows must stay.

    Raises OperationalError, changing nothing, if other transactions use it.
    """
    tables = [table for table in TABLES[kind] if month in partitions.months_of(table)]
    for table in tables:
        if table in _CONDITIONS and _has_rows(table, month, "state <> 'done'"):
            return False
    for table in tables:
        partitions.drop(table, month)
    return True


def drop_empty(kind: str, month: date) -> None:
    """Drop the empty tables of a month, in the caller's transaction."""
    for table in TABLES[kind]:
        if month in partitions.months_of(table) and not _has_rows(table, month, "true"):
            partitions.drop(table, month)


def _has_rows(table: str, month: date, condition: str) -> bool:
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT EXISTS (SELECT FROM {_partition_name(table, month)} WHERE {condition})")  # noqa: S608
        return bool(cursor.fetchone()[0])


def sweep_month(table: str, month: date, account_ids: Sequence[int], block: int) -> tuple[int, int | None]:
    """Delete the accounts' rows in the next blocks of a month's table. Return their number and the next block.

    Reads the rows in their order on the disk: this needs no index and reads each row once.
    """
    if month not in partitions.months_of(table):
        return 0, None
    return _sweep(_partition_name(table, month), f"account_id = ANY(%(accounts)s) {_CONDITIONS.get(table, '')}",
                  {"accounts": list(account_ids)}, block)  # fmt: skip


def sweep_anchors(horizons: Mapping[int, datetime], block: int) -> tuple[int, int | None]:
    """Delete the anchors of messages before their account's horizon, in the next blocks of the table."""
    params = {"ids": list(horizons), "moments": list(horizons.values())}
    condition = "(SELECT b.moment FROM unnest(%(ids)s::bigint[], %(moments)s::timestamptz[]) b (id, moment) "
    return _sweep("log_anchor", f"created_at < {condition} WHERE b.id = account_id)", params, block)


def _sweep(table: str, condition: str, params: dict[str, Any], block: int) -> tuple[int, int | None]:
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(
            f"DELETE FROM {table} WHERE ctid >= format('(%%s,0)', %(block)s::bigint)::tid "  # noqa: S608
            f"AND ctid < format('(%%s,0)', %(end)s::bigint)::tid AND {condition}",
            {**params, "block": block, "end": block + _BLOCKS},
        )
        deleted = cursor.rowcount
        cursor.execute("SELECT pg_relation_size(%s::regclass) / current_setting('block_size')::bigint", [table])
        (blocks,) = cursor.fetchone()
    return deleted, block + _BLOCKS if block + _BLOCKS < blocks else None


def delete_uncertain_requests(account_id: int, before: datetime) -> int:
    """Delete send requests whose outcome stayed unknown and whose messages have left the log; return their number."""
    rows = Submission.objects.filter(account=account_id, state=SubmissionState.UNCERTAIN, created_at__lt=before)
    return int(rows.delete()[0])


Row = DeletedMessage | Participant | Record
UNPARTITIONED: tuple[type[Row], ...] = (DeletedMessage, Participant, *(model for model, _ in RECORDS.values()))
"""The tables beside the log that go with its months."""


def delete_rows(model: type[Row], account_id: int, before: datetime) -> int:
    """Delete a batch of rows of messages and calls before a moment; 0 if none are left."""
    rows = model.objects.filter(account=account_id, created_at__lt=before).order_by("created_at")
    return int(model.objects.filter(pk__in=list(rows.values_list("pk", flat=True)[:_ROWS])).delete()[0])


def _partition_name(table: str, month: date) -> str:
    return f"{table}_{month:%Y_%m}"
