"""What every test can ask for. The servers and the environment come from tests/servers.py."""

import os
import shutil
from collections.abc import Iterable, Iterator
from datetime import UTC, date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import hypothesis
import pytest
import redis
from django.db import connection, transaction
from django.test import TransactionTestCase
from whitenoise.base import WhiteNoise

from core import partitions
from core.tenancy import every_tenant
from local.embedded.postgres import Postgres
from local.embedded.redis import Redis

if TYPE_CHECKING:
    from accounts.models import Account

CHROMIUM_NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--faults", action="store_true", help="also run the tests that kill servers and workers")
    parser.addoption("--requests", type=int, default=0, help="how often Schemathesis asks each operation of the API")
    parser.addoption("--rewrite-examples", action="store_true", help="write the API's examples anew that have changed")


def pytest_configure(config: pytest.Config) -> None:
    """The same examples in every ordinary run, so that a change is judged by itself; new ones with --faults."""
    hypothesis.settings.register_profile("ordinary", derandomize=True)
    hypothesis.settings.load_profile("default" if config.getoption("--faults") else "ordinary")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Skip fault tests unless asked for, and browser tests where no browser is."""
    skips = {}
    if not config.getoption("--faults"):
        skips["faults"] = pytest.mark.skip(reason="kills servers and workers, or takes long: run script/test --faults")
    if find_chromium() is None:
        skips["browser"] = pytest.mark.skip(reason="needs Chromium: install it, or name it in the variable CHROMIUM")
    for item in items:
        for name, skip in skips.items():
            if item.get_closest_marker(name):  # keywords would also match a folder of that name
                item.add_marker(skip)


def find_chromium() -> str | None:
    """The system's Chromium: the variable CHROMIUM, else the first known name in PATH."""
    return os.environ.get("CHROMIUM") or next(filter(None, map(shutil.which, CHROMIUM_NAMES)), None)


@pytest.fixture(scope="session")
def chromium_path() -> str:
    path = find_chromium()
    if path is None:
        pytest.skip("needs Chromium: install it, or name it in the variable CHROMIUM")
    return path


@pytest.fixture
def redis_client() -> Iterator[redis.Redis]:
    """The Redis database of this test process, emptied before and after the test."""
    with redis.Redis.from_url(os.environ["REDIS_URL"]) as client:
        client.flushdb()
        yield client
        client.flushdb()


@pytest.fixture
def own_postgres(tmp_path: Path) -> Iterator[Postgres]:
    """A PostgreSQL of the test's own, not started yet, that it may kill."""
    server = Postgres(tmp_path, {"fsync": "off"})  # a killed process loses nothing; only a power cut would
    yield server
    server.stop()


@pytest.fixture
def own_redis(tmp_path: Path) -> Iterator[Redis]:
    """A Redis of the test's own, with its append-only file, not started yet, that it may kill."""
    server = Redis(tmp_path)
    yield server
    server.stop()


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup, django_db_blocker):
    """The test database, with the partitions that tests write to: made in a test they would go with its transaction."""
    with django_db_blocker.unblock():
        for table in ("inbound_inbox", "log_message", "log_statusevent", "log_payload"):
            partitions.ensure(table, [date(2025 + month // 12, month % 12 + 1, 1) for month in range(6, 26)])
        with connection.cursor() as cursor:
            cursor.execute("SELECT to_regnamespace('pristine')")
            if cursor.fetchone() == (None,):
                copy_tables("pristine", cursor)
                copy_accounts(cursor)
            put_back()


@pytest.fixture(scope="session", autouse=True)
def _quick_cleaning():
    """After a test of several transactions Django truncates and migrates: a second each time, for a few rows."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(TransactionTestCase, "_fixture_teardown", put_back)
        yield


def filled_tables(cursor: Any) -> list[str]:
    """The tables with any row."""
    tables = sorted(connection.introspection.django_table_names())
    cursor.execute(" UNION ALL ".join(f"SELECT '{table}' WHERE EXISTS (SELECT FROM {table})" for table in tables))
    return [table for (table,) in cursor.fetchall()]


def copy_tables(schema: str, cursor: Any, without: Iterable[str] = ()) -> None:
    """Copy the tables with any row into a schema."""
    cursor.execute(f"CREATE SCHEMA {schema}")
    for table in set(filled_tables(cursor)).difference(without):
        cursor.execute(f"CREATE TABLE {schema}.{table} AS TABLE {table}")


def copy_accounts(cursor: Any) -> None:
    """Copy the rows of the demo's accounts, each beside what the migrations have filled."""
    from local.demo.world import PLANS, build

    pristine = filled_tables(cursor)
    for key, plan in PLANS.items():
        with every_tenant():
            build(plan, datetime(2026, 11, 1, tzinfo=UTC))
        copy_tables(key, cursor, pristine)
        put_back()


def insert_copies(schema: str, cursor: Any) -> None:
    """Insert the rows that `copy_tables` has copied."""
    cursor.execute("SELECT relname FROM pg_class WHERE relnamespace = %s::regnamespace", [schema])
    copies = [f"INSERT INTO {table} SELECT * FROM {schema}.{table}" for (table,) in cursor.fetchall()]
    # Without foreign keys, which these rows satisfy, and without the guard of the audit, whose chain they continue.
    role = "SET session_replication_role = "
    cursor.execute("; ".join([f"{role}replica", *copies, f"{role}origin"]))


def put_back(case: TransactionTestCase | None = None) -> None:
    """Every table as the migrations left it."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET LOCAL session_replication_role = replica")  # no foreign keys, and no guard of the audit
        for table in filled_tables(cursor):
            cursor.execute(f"DELETE FROM {table}")
        insert_copies("pristine", cursor)


@pytest.fixture(scope="session", autouse=True)
def _static_files_once():
    """A web process lists the static files once; each client of a test would, with a fifth of the time of its pages."""
    list_files = WhiteNoise.update_files_dictionary
    lists: dict[tuple[str, str], dict[str, Any]] = {}

    def list_once(server: WhiteNoise, root: str, prefix: str) -> None:
        if (root, prefix) not in lists:
            list_files(server, root, prefix)
            lists[root, prefix] = dict(server.files)
        server.files |= lists[root, prefix]

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(WhiteNoise, "update_files_dictionary", list_once)
        yield


@pytest.fixture(autouse=True)
def _quick_passwords(settings):
    """Argon2 costs 65 ms a person, by design; tests make thousands. Those of the hasher itself name theirs."""
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher", *settings.PASSWORD_HASHERS]


@pytest.fixture
def every_account():
    """Every tenant's scope, open."""
    with every_tenant():
        yield


def account(key: str) -> "Account":
    """An account of the demo, from its copy: a tenth of the time that `build` takes."""
    from local.demo.world import PLANS, account_of
    from messaging.inbound import credentials
    from messaging.suppression.selectors import words

    words.clear_cache()  # the account has the same ids in every test of a process, which remembers by them
    credentials.limiter._counts.clear()
    credentials._updated_at.clear()
    with connection.cursor() as cursor:
        insert_copies(key, cursor)
    return account_of(PLANS[key])


@pytest.fixture
def acme(db, every_account) -> "Account":
    """A whole account without traffic: the first of the demo's."""
    return account("demo")


@pytest.fixture
def other(db, every_account) -> "Account":
    """A second account, to see that nothing crosses."""
    return account("other")
