"""A disk that is full in the middle of an export: the job says so, nothing half is there, and it can start again."""

import resource
from contextlib import contextmanager
from datetime import timedelta

import pytest

from archive.enums import ExportState
from archive.exports import files, jobs, work
from archive.exports.files import storage
from messaging.log.query import MessageQuery, write_words
from tests.archive.conftest import content
from tests.traffic import AT, deliver

pytestmark = pytest.mark.django_db
ROWS = 4


@contextmanager
def largest_file(size):
    """The operating system lets no file become larger, as on a disk that is full."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


@pytest.mark.parametrize(
    ("form", "compression", "size", "read"),
    [
        ("csv", "", 20, False), ("csv", "", 150, True), ("csv", "gzip", 150, True), ("csv", "zip", 150, True),
        ("jsonl", "", 300, True), ("xlsx", "", 300, True), ("xlsx", "zip", 300, True),
    ],
)  # fmt: skip
def test_a_full_disk_fails_the_export_and_leaves_no_files(
    acme, requester, spec, run_export, *, form, compression, size, read
):
    """While a part is stored, or, when all were `read`, while the file is run_export: a part has 120 bytes at most."""
    for number in range(ROWS):
        deliver(acme, provider_message_id=f"wamid.{number}", at=AT + timedelta(days=number * 5))
    days = write_words(MessageQuery(created_after=AT, created_before=AT + timedelta(days=20)))
    columns = ["umid", "msisdn", "status"]
    export = jobs.start(requester, spec(format=form, compression=compression, columns=columns, filters=days))
    with largest_file(size):
        work.work()
    export.refresh_from_db()
    assert (export.state, export.file, export.rows) == (ExportState.FAILED, "", ROWS if read else 0)
    assert export.problem == "The file could not be written: File too large. Free up disk space and start again."
    assert not storage().exists(f"{acme.public_id}/{export.public_id}")
    assert not list(files._spool().glob(f"{export.public_id}*"))
    again = run_export(jobs.repeat(export, requester))
    assert (again.state, again.rows, len(content(again)) == again.size) == (ExportState.SUCCEEDED, ROWS, True)
