"""Tables partitioned by calendar month (UTC): creating them in migrations, and creating and dropping their months.

A partition is a table, so a month is dropped in constant time. Django knows only the parent table.
"""

from collections.abc import Iterable
from datetime import UTC, date, datetime, timedelta
from typing import Any

from django.db import connection, transaction
from django.db.migrations.operations import CreateModel
from django.utils import timezone

_LOCK_TIMEOUT = "200ms"
_MONTHS_AHEAD = 2  # partitions created before their month begins
_FILLFACTORS: dict[str, int] = {}  # by registered table: the fillfactor of its partitions, in percent


def register(table: str, *, fillfactor: int) -> None:
    """Have `prepare` create the partitions of a table; the module of its model calls this."""
    _FILLFACTORS[table] = fillfactor


def prepare() -> None:
    """Create this month's partitions and those of the next two for every registered table that is migrated."""
    months = [month_of(timezone.now())]
    for _ in range(_MONTHS_AHEAD):
        months.append(next_month(months[-1]))
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT name FROM unnest(%s::text[]) AS name WHERE to_regclass(name) IS NOT NULL", [[*_FILLFACTORS]]
        )
        tables = [name for (name,) in cursor.fetchall()]
    for table in tables:
        ensure(table, months)


class CreatePartitionedModel(CreateModel):
    """CreateModel for a table PARTITION BY RANGE (`column`), whose primary key in the database is `primary_key`.

    PostgreSQL requires the partition column in every unique key. For Django the primary key is still `id`, which the
    identity column makes unique in practice.
    """

    def __init__(self, *args: Any, column: str, primary_key: tuple[str, ...] = (), **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.column, self.primary_key = column, primary_key

    def database_forwards(self, app_label: str, schema_editor: Any, from_state: Any, to_state: Any) -> None:
        """Create the table as Django would, without the primary key on `id` and with the partitioning."""
        model = to_state.apps.get_model(app_label, self.name)
        sql, params = schema_editor.table_sql(model)
        if self.primary_key:
            sql = sql.replace("PRIMARY KEY ", "").removesuffix(")")
            sql += f", PRIMARY KEY ({', '.join(self.primary_key)}))"
        schema_editor.execute(f"{sql} PARTITION BY RANGE ({self.column})", params)
        schema_editor.deferred_sql.extend(schema_editor._model_indexes_sql(model))


def month_of(moment: datetime) -> date:
    """The first day of the UTC month of an aware time."""
    return moment.astimezone(UTC).date().replace(day=1)


def next_month(month: date) -> date:
    """The first day of the next month."""
    return (month.replace(day=1) + timedelta(days=32)).replace(day=1)


def ensure(table: str, months: Iterable[date]) -> None:
    """Create the missing partitions of these months. Safe to call concurrently, and cheap when all exist.

    It queries the catalogue each time, because another process may have dropped a month in the meantime.
    """
    month_by_name = {f"{table}_{month:%Y_%m}": month.replace(day=1) for month in months}
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT name FROM unnest(%s::text[]) AS name WHERE to_regclass(name) IS NULL", [sorted(month_by_name)]
        )
        for (name,) in cursor.fetchall():
            month = month_by_name[name]
            # CREATE … IF NOT EXISTS fails when two sessions create the same name at once; the lock serializes them.
            cursor.execute("SELECT pg_advisory_lock(hashtext(%s))", [table])
            try:
                cursor.execute(
                    f'CREATE TABLE IF NOT EXISTS "{name}" PARTITION OF "{table}" '
                    f"FOR VALUES FROM ('{month} 00:00+00') TO ('{next_month(month)} 00:00+00') "
                    f"WITH (fillfactor = {_FILLFACTORS.get(table, 100)})"
                )
            finally:
                cursor.execute("SELECT pg_advisory_unlock(hashtext(%s))", [table])


def months_of(table: str) -> list[date]:
    """The months that have a partition, oldest first."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT right(inhrelid::regclass::text, 7) FROM pg_inherits WHERE inhparent = %s::regclass", [table]
        )
        return sorted(date(int(text[:4]), int(text[5:]), 1) for (text,) in cursor.fetchall())


def drop(table: str, month: date) -> None:
    """Drop a month with all its rows, in constant time.

    Dropping locks the whole table for a moment, and later queries wait behind it. It therefore waits at most
    `_LOCK_TIMEOUT` for the lock. Raises OperationalError after that, with nothing changed: try again later.
    """
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(f"SET LOCAL lock_timeout = '{_LOCK_TIMEOUT}'")
        cursor.execute(f'DROP TABLE IF EXISTS "{table}_{month:%Y_%m}"')
