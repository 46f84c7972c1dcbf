"""The environment of each measurement: its own database, Redis and data folder, independent of earlier measurements.

One PostgreSQL serves the whole run. Its first database is the template of the others.
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
def database_environment(postgres: Postgres, database: str = NAME) -> Iterator[dict[str, str]]:
    """The environment variables for this database, an empty Redis and an empty data folder."""
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
def fresh_environment(postgres: Postgres) -> Iterator[dict[str, str]]:
    """The environment variables of one measurement, in a copy of the template, which must have no connections."""
    with psycopg.connect(postgres.url_of("postgres"), autocommit=True) as connection:
        # Copying files writes a checkpoint first, so no measurement pays for earlier writes.
        connection.execute(f"CREATE DATABASE {DATABASE} TEMPLATE {NAME} STRATEGY file_copy")
        try:
            with database_environment(postgres, DATABASE) as environment:
                yield environment
        finally:
            connection.execute(f"DROP DATABASE {DATABASE} WITH (FORCE)")


@contextmanager
def _folder() -> Iterator[Path]:
    with tempfile.TemporaryDirectory(prefix="tollgate-bench-", ignore_cleanup_errors=True) as name:
        home = Path(name)
        home.chmod(0o711)  # the servers may run as another user
        yield home
