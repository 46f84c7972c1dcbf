"""Tables partitioned by calendar month (UTC): how migrations create them and how their months come to be.

A month's partition is a table of its own, so a month is dropped in constant time. Django knows the parent table only.
"""

from collections.abc import Iterable
from datetime import UTC, date, datetime, timedelta
from typing import Any

from django.db import connection, transaction
from django.db.migrations.operations import CreateModel
from django.utils import timezone

_PATIENCE = "200ms"
_AHEAD = 2  # months made before they begin
_FILLFACTORS: dict[str, int] = {}  # of the partitions of each registered table, in percent


def register(table: str, *, fillfactor: int) -> None:
    """Have `prepare` make the months of a table; its model's module says so. `fillfactor`: of its partitions."""
    _FILLFACTORS[table] = fillfactor


def prepare() -> None:
    """Create this month's partitions and those of the next two for every registered table that is migrated."""
    months = [month_of(timezone.now())]
    for _ in range(_AHEAD):
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

    PostgreSQL wants the partition column in every unique key. Django keeps its own idea of the primary key (`id`),
    which the identity column makes unique in practice.
    """

    def __init__(self, *args: Any, column: str, primary_key: tuple[str, ...] = (), **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.column, self.primary_key = column, primary_key

    def database_forwards(self, app_label: str, schema_editor: Any, from_state: Any, to_state: Any) -> None:
        """Create Django's own table, minus its primary key on `id`, plus the partitioning."""
        model = to_state.apps.get_model(app_label, self.name)
        sql, params = schema_editor.table_sql(model)
        if self.primary_key:
            sql = sql.replace("PRIMARY KEY ", "").removesuffix(")")
            sql += f", PRIMARY KEY ({', '.join(self.primary_key)}))"
        schema_editor.execute(f"{sql} PARTITION BY RANGE ({self.column})", params)
        schema_editor.deferred_sql.extend(schema_editor._model_indexes_sql(model))


def month_of(moment: datetime) -> date:
    """First day of the UTC month of an aware moment."""
    return moment.astimezone(UTC).date().replace(day=1)


def next_month(month: date) -> date:
    """First day of the month after."""
    return (month.replace(day=1) + timedelta(days=32)).replace(day=1)


def ensure(table: str, months: Iterable[date]) -> None:
    """Create the partitions of these months where they are missing. Safe to race; cheap when all exist.

    It asks the catalogue each time: another process may have dropped a month since.
    """
    wanted = {f"{table}_{month:%Y_%m}": month.replace(day=1) for month in months}
    with connection.cursor() as cursor:
        cursor.execute("SELECT name FROM unnest(%s::text[]) AS name WHERE to_regclass(name) IS NULL", [sorted(wanted)])
        for (name,) in cursor.fetchall():
            month = wanted[name]
            # CREATE … IF NOT EXISTS still fails when two sessions create the same name at once; the lock orders them.
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

    It needs the whole table for a moment, and whoever comes after waits behind it: so it waits no longer than
    `_PATIENCE` for those at work, and raises OperationalError then. Nothing has happened; try again a little later.
    """
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(f"SET LOCAL lock_timeout = '{_PATIENCE}'")
        cursor.execute(f'DROP TABLE IF EXISTS "{table}_{month:%Y_%m}"')
