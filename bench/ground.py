"""Where each measurement works, whatever ran before it: a database, a Redis and a data folder of its own.

One PostgreSQL serves the whole run. Its first database is the template that the others are copies of.
"""

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg

from local.embedded.postgres import NAME, Postgres
from local.embedded.redis import Redis

DATABASE = "measurement"


@contextmanager
def postgres_server() -> Iterator[Postgres]:
    """A throw-away PostgreSQL, whose first database is still empty."""
    with _folder() as home:
        server = Postgres(home)
        try:
            server.start()
            yield server
        finally:
            server.stop()


@contextmanager
def ground(postgres: Postgres, database: str = NAME) -> Iterator[dict[str, str]]:
    """The environment of a process that works in this database, with an empty Redis and an empty data folder."""
    with _folder() as home:
        redis = Redis(home)
        try:
            redis.start()
            yield {
                "DATABASE_URL": postgres.url_of(database),
                "REDIS_URL": redis.url,
                "TOLLGATE_DATA": str(home),
                "EXPORTS_DIR": str(home / "exports"),
            }
        finally:
            redis.stop()


@contextmanager
def clean_ground(postgres: Postgres) -> Iterator[dict[str, str]]:
    """The environment of one measurement, in a copy of the template, to which nobody may be connected meanwhile."""
    with psycopg.connect(postgres.url_of("postgres"), autocommit=True) as connection:
        # To copy files PostgreSQL writes a checkpoint, so that no measurement pays for what was written before it.
        connection.execute(f"CREATE DATABASE {DATABASE} TEMPLATE {NAME} STRATEGY file_copy")
        try:
            with ground(postgres, DATABASE) as environment:
                yield environment
        finally:
            connection.execute(f"DROP DATABASE {DATABASE} WITH (FORCE)")


@contextmanager
def _folder() -> Iterator[Path]:
    with tempfile.TemporaryDirectory(prefix="tollgate-bench-", ignore_cleanup_errors=True) as name:
        home = Path(name)
        home.chmod(0o711)  # the servers may run as another user
        yield home
