"""What the tests of exports share."""

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
    """What is asked for, as keywords say; messages as CSV in Singapore's time otherwise."""

    def make(dataset="messages", **said):
        return ExportSpec(**{"dataset": dataset, "filters": {}, "time_zone": "Asia/Singapore", **said})

    return make


@pytest.fixture
def made():
    """Work an export off; its row then."""

    def work_off(export):
        work.work()
        export.refresh_from_db()
        return export

    return work_off


def content(export):
    """The file of an export."""
    with storage().open(export.file, "rb") as file:
        return file.read()
