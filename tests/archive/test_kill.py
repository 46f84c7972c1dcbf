"""A worker is killed by kill -9 in the middle of an export: nothing half is offered, and the next one goes on."""

import os
import signal
import subprocess
import sys
from datetime import timedelta
from urllib.parse import urlsplit

import pytest
from django.db import connection

from archive.enums import ExportState
from archive.exports import files, jobs, work
from archive.exports.requests import ExportSpec
from core.tenancy import every_tenant
from local.embedded.config import ROOT
from messaging.log.query import MessageQuery, write_words
from tests.archive.conftest import content
from tests.people import principal
from tests.scenarios.conftest import wait_until
from tests.traffic import AT, deliver

WAMIDS = [f"wamid.{number}" for number in range(8)]
_WORKER = """
import django
django.setup()
from archive.exports import work
from core.tenancy import every_tenant
with every_tenant():
    work.work()
"""
# Whoever saves the third part waits for the test, with the part stored and not counted yet.
_HOLD = """
CREATE FUNCTION wait_for_test() RETURNS trigger LANGUAGE plpgsql AS
    'BEGIN PERFORM pg_advisory_xact_lock(42); RETURN NEW; END';
CREATE TRIGGER wait_for_test BEFORE UPDATE ON archive_export FOR EACH ROW
    WHEN (NEW.parts = 3 AND OLD.parts = 2) EXECUTE FUNCTION wait_for_test()
"""


@pytest.fixture
def held(transactional_db):
    """The connection that holds whoever saves the third part."""
    with connection.cursor() as cursor:
        cursor.execute(_HOLD)
        cursor.execute("SELECT pg_advisory_lock(42)")
        yield cursor
        cursor.execute("DROP TRIGGER wait_for_test ON archive_export; DROP FUNCTION wait_for_test()")
        cursor.execute("SELECT pg_advisory_unlock_all()")


def test_kill_9_in_the_middle_of_an_export(held, acme):
    for number, wamid in enumerate(WAMIDS):
        deliver(acme, provider_message_id=wamid, at=AT + timedelta(days=number))
    days = write_words(MessageQuery(created_before=AT + timedelta(days=len(WAMIDS))))
    spec = ExportSpec("messages", days, "UTC", columns=["provider_message_id"])
    export = jobs.start(principal(acme, "x"), spec)
    url = urlsplit(os.environ["DATABASE_URL"])._replace(path=f"/{connection.settings_dict['NAME']}").geturl()
    environment = {**os.environ, "DATABASE_URL": url, "DJANGO_SETTINGS_MODULE": "portal.settings"}
    worker = subprocess.Popen([sys.executable, "-c", _WORKER], cwd=ROOT, env=environment)
    wait_until(lambda: _somebody_waits(held), seconds=60)
    worker.send_signal(signal.SIGKILL)
    worker.wait(30)
    export.refresh_from_db()
    assert (export.state, export.parts, export.file) == (ExportState.RUNNING, 2, "")
    assert files.storage().exists(files.part_name(export, 3))
    held.execute("SELECT pg_advisory_unlock_all()")
    with every_tenant():
        wait_until(lambda: _worked_off(export), seconds=60)  # once PostgreSQL notices that its client is dead
    assert content(export).decode().splitlines() == ["provider_message_id", *WAMIDS]


def _somebody_waits(cursor) -> bool:
    cursor.execute("SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND NOT granted")
    return bool(cursor.fetchone()[0])


def _worked_off(export) -> bool:
    work.work()
    export.refresh_from_db()
    return bool(export.state == ExportState.SUCCEEDED)
