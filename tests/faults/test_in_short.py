"""The fault tests in short, for every run of the tests: a smaller load, and a lease of five seconds."""

import pytest

from tests.faults.load import Load

pytestmark = pytest.mark.slow


def test_a_killed_worker_and_an_empty_redis_lose_nothing_and_repeat_nothing(make_tollgate):
    tollgate = make_tollgate(INBOX_LEASE_SECONDS="5")
    load = Load(tollgate.port, messages=120, rate=60)
    with load:
        load.wait_for(0.3)
        tollgate.kill("worker")
        tollgate.launch("worker")
        load.wait_for(0.6)
        tollgate.lose_redis()
    assert load.statuses.keys() == {200}
    assert tollgate.oracle.check(load) < 60
