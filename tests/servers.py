"""Pytest plugin: one throw-away PostgreSQL and Redis for the whole run, and the environment Django's settings read.

Loaded by `-p` in pyproject.toml, because pytest-django imports the settings before any conftest. The process that
starts the run owns the servers; the processes of pytest-xdist inherit their addresses, and each has its own test
database (made by pytest-django), its own numbered Redis database and its own folder of exports. With DATABASE_URL or
REDIS_URL set, that server is used instead.
"""

import atexit
import os
import re
import shutil
import signal
import tempfile
from collections.abc import Generator
from contextlib import ExitStack, suppress
from pathlib import Path

import pytest

from local.embedded.errors import StartError
from local.embedded.postgres import THROWAWAY, Postgres
from local.embedded.redis import Redis
from local.embedded.static import collect_static

WORKER = os.environ.get("PYTEST_XDIST_WORKER", "")
ENVIRONMENT = {
    "DJANGO_SETTINGS_MODULE": "local.settings",
    "SECRET_KEY": "only-for-tests-" + "x" * 50,
    "BASE_URL": "http://127.0.0.1:8000",
    "DEBUG": "false",
    "DJANGO_ALLOW_ASYNC_UNSAFE": "true",  # Playwright keeps an event loop in the thread that also asks the database
    "TOLLGATE_DATA": "/nonexistent",  # a developer's own servers must never be touched
}
OPTIONS_WITHOUT_TESTS = {"-h", "--help", "-V", "--version", "--markers", "--fixtures"}
_running = ExitStack()


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_load_initial_conftests(args: list[str]) -> Generator[None, None, None]:
    """Set the environment, and start the servers, before pytest-django imports the settings."""
    os.environ.update(ENVIRONMENT)
    if WORKER:
        os.environ["REDIS_URL"] = _redis_database_of(WORKER)
        os.environ["EXPORTS_DIR"] = f"{os.environ['EXPORTS_DIR']}/{WORKER}"
    else:
        atexit.register(_running.close)  # for a run that ends before it is configured
        _start_servers(really=OPTIONS_WITHOUT_TESTS.isdisjoint(args))
    yield


@pytest.hookimpl(trylast=True)
def pytest_unconfigure() -> None:
    """Stop the servers, also after Ctrl-C and after an error."""
    _running.close()


def _start_servers(*, really: bool) -> None:
    home = Path(tempfile.mkdtemp(prefix="tollgate-tests-"))
    _running.callback(shutil.rmtree, home, ignore_errors=True)
    home.chmod(0o711)
    os.environ["EXPORTS_DIR"] = str(home / "exports")
    postgres = Postgres(home, THROWAWAY)
    redis = Redis(home, {"appendonly": "no", "dir": "."})
    signal.signal(signal.SIGTERM, signal.default_int_handler)  # ends like Ctrl-C, so that the servers are stopped
    for name, server in (("DATABASE_URL", postgres), ("REDIS_URL", redis)):
        if name in os.environ:
            continue
        os.environ[name] = server.url
        if really:
            _running.callback(server.stop)
            server.start()
    if really:
        with suppress(StartError):  # its reason is printed; only tests of pages need the files
            collect_static(dict(os.environ))


def _redis_database_of(worker: str) -> str:
    """The run's Redis with a database number of this worker's own: 0 belongs to a run without workers."""
    number = int(re.sub(r"\D", "", worker)) + 1
    return re.sub(r"/\d*$", f"/{number}", os.environ["REDIS_URL"])
