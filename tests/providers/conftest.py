"""A provider that answers what it is told."""

import pytest

from tests.provider_servers import recorder


@pytest.fixture
def provider():
    with recorder() as server:
        yield server
