"""A measurement starts without traces of the previous one."""

from pathlib import Path

import psycopg
import pytest
import redis

from bench.environments import fresh_environment
from local.embedded.postgres import Postgres


@pytest.fixture
def postgres(own_postgres: Postgres) -> Postgres:
    """A server whose template holds a table of one row."""
    own_postgres.start()
    with psycopg.connect(own_postgres.url, autocommit=True) as connection:
        connection.execute("CREATE TABLE card AS SELECT 1 AS price")
    return own_postgres


def state(environment):
    """The rows of the table, the tables, the keys in Redis, and the files."""
    with (
        psycopg.connect(environment["DATABASE_URL"]) as database,
        redis.Redis.from_url(environment["REDIS_URL"]) as keys,
    ):
        prices = database.execute("SELECT price FROM card").fetchall()
        tables = database.execute("SELECT relname FROM pg_stat_user_tables").fetchall()
        return prices, tables, keys.dbsize(), [path.name for path in Path(environment["TOLLGATE_DATA"]).iterdir()]


CLEAN = ([(1,)], [("card",)], 0, ["redis"])


def use(environment):
    """Leave something of every kind behind, and a connection that stays open."""
    connection = psycopg.connect(environment["DATABASE_URL"], autocommit=True)
    connection.execute("UPDATE card SET price = 2")
    connection.execute("CREATE TABLE charge ()")
    with redis.Redis.from_url(environment["REDIS_URL"]) as keys:
        keys.set("task", "1")
    Path(environment["EXPORTS_DIR"]).mkdir()
    return connection


def test_the_next_environment_is_clean(postgres):
    with fresh_environment(postgres) as environment:
        connection = use(environment)
        assert state(environment) != CLEAN
    connection.close()
    with fresh_environment(postgres) as environment:
        assert state(environment) == CLEAN


def test_it_is_clean_after_a_failure(postgres):
    with pytest.raises(LookupError), fresh_environment(postgres) as environment, use(environment):
        raise LookupError
    with fresh_environment(postgres) as environment:
        assert state(environment) == CLEAN


def test_nothing_is_left_of_it(postgres):
    with fresh_environment(postgres) as environment:
        use(environment).close()
    assert not Path(environment["TOLLGATE_DATA"]).exists()
    with pytest.raises(psycopg.OperationalError, match="does not exist"):
        psycopg.connect(environment["DATABASE_URL"])
