"""Monthly partitions: each is created once under concurrency, and its rows belong to it."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime, timedelta, timezone

import pytest
from django.db import OperationalError, connection, transaction

from core import partitions

TABLE = "log_statusevent"
MARCH = date(2031, 3, 1)


@pytest.fixture
def queries(django_assert_num_queries):
    """Runs `ensure` and pins how many statements it sends: one to look, and two locks and a table per month."""

    def ensure(count, months):
        with django_assert_num_queries(count):
            partitions.ensure(TABLE, months)

    return ensure


def months_of(table):
    with connection.cursor() as cursor:
        cursor.execute("SELECT inhrelid::regclass::text FROM pg_inherits WHERE inhparent = %s::regclass", [table])
        return {name.removeprefix(f"{table}_") for (name,) in cursor.fetchall()}


@pytest.mark.parametrize(
    ("moment", "month"),
    [
        (datetime(2026, 10, 31, 23, 59, 59, tzinfo=UTC), date(2026, 10, 1)),
        (datetime(2026, 11, 1, 7, tzinfo=timezone(timedelta(hours=8))), date(2026, 10, 1)),
        (datetime(2026, 10, 31, 20, tzinfo=timezone(timedelta(hours=-5))), date(2026, 11, 1)),
    ],
)
def test_the_month_of_a_moment_is_utcs(moment, month):
    assert partitions.month_of(moment) == month


@pytest.mark.parametrize(
    ("month", "following"),
    [
        (date(2026, 1, 1), date(2026, 2, 1)),
        (date(2026, 1, 31), date(2026, 2, 1)),
        (date(2026, 12, 1), date(2027, 1, 1)),
    ],
)
def test_the_next_month(month, following):
    assert partitions.next_month(month) == following


def test_missing_months_are_made_once(db, queries):
    queries(7, [MARCH, date(2031, 4, 30), date(2031, 4, 1)])
    queries(1, [MARCH, date(2031, 4, 1)])
    assert {"2031_03", "2031_04"} < months_of(TABLE)


def test_a_month_that_was_rolled_back_is_made_again(db, queries):
    with transaction.atomic():
        partitions.ensure(TABLE, [MARCH])
        transaction.set_rollback(True)
    assert "2031_03" not in months_of(TABLE)
    queries(4, [MARCH])
    assert "2031_03" in months_of(TABLE)


@pytest.mark.django_db(transaction=True)
def test_a_month_that_another_process_dropped_is_made_again():
    partitions.ensure(TABLE, [MARCH])
    with ThreadPoolExecutor(1) as pool:  # a connection of its own, as another process has
        pool.submit(_drop_and_close).result()
    assert "2031_03" not in months_of(TABLE)
    partitions.ensure(TABLE, [MARCH])
    assert "2031_03" in months_of(TABLE)
    partitions.drop(TABLE, MARCH)


@pytest.mark.django_db(transaction=True)
def test_dropping_gives_way_to_those_at_work():
    partitions.ensure(TABLE, [MARCH])
    with ThreadPoolExecutor(1) as pool, transaction.atomic():
        connection.cursor().execute(f"SELECT FROM {TABLE}")
        with pytest.raises(OperationalError, match="lock timeout"):
            pool.submit(_drop_and_close).result()
    partitions.drop(TABLE, MARCH)
    assert "2031_03" not in months_of(TABLE)


def _drop_and_close():
    try:
        partitions.drop(TABLE, MARCH)
    finally:
        connection.close()


def test_a_month_ends_where_the_next_begins(db):
    partitions.ensure(TABLE, [MARCH])
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_get_expr(relpartbound, oid) FROM pg_class WHERE relname = %s", [f"{TABLE}_2031_03"])
        (bounds,) = cursor.fetchone()
    assert bounds == "FOR VALUES FROM ('2031-03-01 00:00:00+00') TO ('2031-04-01 00:00:00+00')"


def test_partitions_have_the_registered_fillfactor(db, monkeypatch):
    monkeypatch.setitem(partitions._FILLFACTORS, TABLE, 80)
    partitions.ensure(TABLE, [MARCH])
    with connection.cursor() as cursor:
        cursor.execute("SELECT reloptions FROM pg_class WHERE relname = %s", [f"{TABLE}_2031_03"])
        assert cursor.fetchone() == (["fillfactor=80"],)


@pytest.mark.django_db(transaction=True)
def test_two_who_make_the_same_month_at_once_do_not_collide():
    def make(_):
        partitions.ensure(TABLE, [MARCH])
        connection.close()

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(make, range(8)))
    assert "2031_03" in months_of(TABLE)
    with connection.cursor() as cursor:
        cursor.execute(f"DROP TABLE {TABLE}_2031_03")
