"""Fixtures of the tests of exports."""

import pytest

from accounts.enums import Permission
from archive.exports import work
from archive.exports.files import storage
from archive.exports.requests import ExportSpec
from tests.people import principal

ALL = frozenset(Permission)


@pytest.fixture
def requester(acme):
    """An API key of the whole account that may do everything."""
    return principal(acme, "tg_test")


@pytest.fixture
def spec():
    """Build an ExportSpec from keywords; by default messages as CSV in Singapore time."""

    def make(dataset="messages", **values):
        return ExportSpec(**{"dataset": dataset, "filters": {}, "time_zone": "Asia/Singapore", **values})

    return make


@pytest.fixture
def run_export():
    """Run an export and return its refreshed row."""

    def run(export):
        work.work()
        export.refresh_from_db()
        return export

    return run


def content(export):
    """The file of an export."""
    with storage().open(export.file, "rb") as file:
        return file.read()
