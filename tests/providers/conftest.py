"""A provider with a configurable response."""

import pytest

from tests.provider_servers import recorder


@pytest.fixture
def provider():
    with recorder() as server:
        yield server
