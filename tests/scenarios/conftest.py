"""A whole Tollgate for a scenario: web server, worker and beat as their own processes, on the test's database."""

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import urlsplit

import httpx
import pytest
from django.db import connection

from core.tenancy import every_tenant
from local.demo.world import ACME, OTHER, build
from local.embedded.redis import free_port

_GRANIAN = ("-m", "granian", "--interface", "wsgi", "--host", "127.0.0.1", "--no-ws", "--workers", "1",
            "--blocking-threads", "4", "--log-level", "warning", "portal.wsgi:application", "--port")  # fmt: skip
_CELERY = ("-m", "celery", "-A", "portal", "worker", "--beat", "--concurrency", "1", "--loglevel", "warning",
           "--without-gossip", "--without-mingle", "--schedule")  # fmt: skip


@contextmanager
def process(*command: str, env: dict[str, str], log: Path) -> Iterator[subprocess.Popen[bytes]]:
    """A Python process that ends with the test."""
    with log.open("wb") as output:
        running = subprocess.Popen([sys.executable, *command], env=env, stdout=output, stderr=output)
        try:
            yield running
        finally:
            running.terminate()
            running.wait(30)


@pytest.fixture
def portal(transactional_db, settings, tmp_path: Path) -> Iterator[httpx.Client]:
    """An HTTP client of a running Tollgate with the two demo accounts and no traffic."""
    settings.PASSWORD_HASHERS = settings.PASSWORD_HASHERS[1:]  # the server checks with the real one only
    with every_tenant():
        for plan in (ACME, OTHER):
            build(plan, datetime(2026, 11, 1, tzinfo=UTC))
    port = free_port()
    url = urlsplit(os.environ["DATABASE_URL"])._replace(path=f"/{connection.settings_dict['NAME']}").geturl()
    env = {**os.environ, "DATABASE_URL": url, "BASE_URL": f"http://127.0.0.1:{port}"}
    web = process(*_GRANIAN, str(port), env=env, log=tmp_path / "web.log")
    worker = process(*_CELERY, str(tmp_path / "beat"), env=env, log=tmp_path / "worker.log")
    with web, worker, httpx.Client(base_url=f"http://127.0.0.1:{port}", timeout=30) as client:
        wait_until(lambda: answers(client), seconds=60)
        yield client


def answers(client: httpx.Client) -> bool:
    """Whether web, database and broker are up."""
    try:
        return client.get("/healthz").status_code == 200
    except httpx.TransportError:
        return False


def wait_until(condition, seconds: float) -> float:
    """Wait until something is so; how long it took. Fails after `seconds`."""
    start = time.monotonic()
    while time.monotonic() - start < seconds:
        if condition():
            return time.monotonic() - start
        time.sleep(0.1)
    raise AssertionError(f"not so within {seconds} s")
