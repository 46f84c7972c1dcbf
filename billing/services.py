"""Writes of billing: usage facts from deliveries, and volume announced by providers. Rating itself is in rating/."""

from collections.abc import Iterable, Sequence
from datetime import date, datetime
from typing import Any, NamedTuple
from uuid import UUID

from django.db import connection

from billing.accrual import Accruals, BucketKey, KindKey, Said
from billing.rating.sql import NOTE_MOVES, RETURN_MOVES

_FACT_COLUMNS = ("message_key", "account_id", "bucket_id", "billed_at", "day", "kind_id", "webhook_id")


class Usage(NamedTuple):
    """A delivered message, as messaging hands it over: ids and words, no personal data."""

    message_key: UUID
    account_id: int
    provider: str
    waba_id: int | None
    phone_number_id: int | None
    subaccount_id: int | None
    template_id: int | None
    country: str
    category: str
    pricing_type: str
    billed_at: datetime
    webhook_id: int | None


_CREATE = """
CREATE TEMPORARY TABLE IF NOT EXISTS usage_batch (LIKE billing_usagefact INCLUDING DEFAULTS);
TRUNCATE usage_batch;
"""
# The earliest proof of delivery wins; at the same proof the newer words replace the older, which messaging only ever
# refines.
_MERGE = f"""
WITH merged AS (
    INSERT INTO billing_usagefact AS f ({", ".join(_FACT_COLUMNS)})
    SELECT {", ".join(_FACT_COLUMNS)} FROM usage_batch ORDER BY message_key
    ON CONFLICT (message_key) DO UPDATE
    SET bucket_id = EXCLUDED.bucket_id, billed_at = EXCLUDED.billed_at, day = EXCLUDED.day, kind_id = EXCLUDED.kind_id,
        webhook_id = coalesce(EXCLUDED.webhook_id, f.webhook_id)
    WHERE EXCLUDED.billed_at <= f.billed_at
      AND (f.bucket_id, f.billed_at, f.day, f.kind_id)
          IS DISTINCT FROM (EXCLUDED.bucket_id, EXCLUDED.billed_at, EXCLUDED.day, EXCLUDED.kind_id)
    {RETURN_MOVES}
), {NOTE_MOVES}
"""  # noqa: S608 - every name is a constant of this module


def record_usage(usages: Sequence[Usage]) -> None:
    """Merge deliveries into the usage facts and note what that changes, in the caller's transaction.

    At most one usage per message and call. Recording the same deliveries again writes nothing.
    """
    if not usages:
        return
    accruals = Accruals({usage.account_id for usage in usages})
    rows = [_placed(usage, accruals) for usage in usages]
    buckets = bucket_ids({bucket for _, _, bucket, _ in rows})
    kinds = kind_ids({kind for _, _, _, kind in rows})
    with connection.cursor() as cursor:
        cursor.execute(_CREATE)
        with cursor.copy(f"COPY usage_batch ({', '.join(_FACT_COLUMNS)}) FROM STDIN") as copy:
            for usage, day, bucket, kind in rows:
                copy.write_row((
                    usage.message_key, usage.account_id, buckets[bucket], usage.billed_at, day, kinds[kind],
                    usage.webhook_id,
                ))  # fmt: skip
        cursor.execute(_MERGE)


def _placed(usage: Usage, accruals: Accruals) -> tuple[Usage, date, BucketKey, KindKey]:
    said = Said(
        usage.account_id, usage.provider, usage.waba_id or 0, usage.phone_number_id or 0, usage.subaccount_id or 0,
        usage.template_id or 0, usage.country, usage.category, usage.pricing_type,
    )  # fmt: skip
    day = accruals.day(said.waba_id, usage.billed_at)
    return usage, day, *accruals.place(said, day)


def bucket_ids(keys: Iterable[BucketKey]) -> dict[BucketKey, int]:
    """The id of each bucket; made when it is the first time."""
    return {BucketKey(*key): pk for key, pk in _ids(_BUCKETS, set(keys)).items()}


def kind_ids(keys: Iterable[KindKey]) -> dict[KindKey, int]:
    """The id of each kind; made when it is the first time."""
    return {KindKey(*key): pk for key, pk in _ids(_KINDS, set(keys)).items()}


class _Dictionary:
    """Statements over a table that gives each distinct key an id: find known keys, add the others."""

    def __init__(self, table: str, columns: dict[str, str], *, unique: int, fixed: dict[str, str]) -> None:
        names = ", ".join(columns)
        self.given = f"unnest({', '.join(f'%s::{kind}[]' for kind in columns.values())}) AS given ({names})"
        same = " AND ".join(f"d.{name} = given.{name}" for name in list(columns)[:unique])
        self.find = f"SELECT d.id, given.* FROM {self.given} JOIN {table} d ON {same}"  # noqa: S608
        self.add = (
            f"INSERT INTO {table} ({', '.join([names, *fixed])}) "  # noqa: S608
            f"SELECT {', '.join(['given.*', *fixed.values()])} FROM {self.given} "
            f"ORDER BY {', '.join(list(columns)[:unique])} ON CONFLICT DO NOTHING"
        )


_BUCKETS = _Dictionary(
    "billing_bucket",
    dict(zip(BucketKey._fields, ("bigint", "text", "bigint", "text", "date", "int"), strict=True)),
    unique=5, fixed={"problem": "''"},
)  # fmt: skip
_KINDS = _Dictionary(
    "billing_usagekind", dict(zip(KindKey._fields, ("bigint",) * 5 + ("text",) * 9, strict=True)), unique=14, fixed={}
)


def _ids(dictionary: _Dictionary, keys: set[Any]) -> dict[tuple[Any, ...], int]:
    """The id of each key. Looking first spares the sequence, and most keys are old acquaintances."""
    with connection.cursor() as cursor:
        found = _find(cursor, dictionary, keys)
        if missing := keys - found.keys():
            # In one order, so that two workers that add the same keys wait for each other instead of deadlocking.
            cursor.execute(dictionary.add, _columns(missing))
            found |= _find(cursor, dictionary, missing)
    return found


def _find(cursor: Any, dictionary: _Dictionary, keys: set[Any]) -> dict[tuple[Any, ...], int]:
    cursor.execute(dictionary.find, _columns(keys))
    return {row[1:]: row[0] for row in cursor.fetchall()}


def _columns(keys: set[Any]) -> list[list[Any]]:
    return [list(column) for column in zip(*keys, strict=True)]
