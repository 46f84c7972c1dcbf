"""Kill, freeze and empty every part of a Tollgate under load: acknowledged events are stored once, and soon."""

import time

import pytest

from tests.faults.load import Load

pytestmark = [pytest.mark.faults, pytest.mark.slow]
MESSAGES, RATE = 1_200, 200.0
HANG = 5.0


@pytest.fixture
def load(tollgate):
    return Load(tollgate.port, MESSAGES, RATE)


def test_a_worker_that_is_killed_loses_nothing_and_repeats_nothing(tollgate, load):
    with load:
        for share in (0.15, 0.3, 0.45, 0.6, 0.75):
            load.wait_for(share)
            tollgate.kill("worker")
            tollgate.launch("worker")
    assert load.statuses.keys() == {200}
    tollgate.oracle.check(load)


def test_a_web_process_that_is_killed_is_replaced(tollgate, load):
    with load:
        for share in (0.15, 0.3, 0.45, 0.6, 0.75):
            load.wait_for(share)
            tollgate.kill_a_web_worker()
    assert load.statuses.keys() <= {200, 0}
    assert load.slowest < HANG
    tollgate.oracle.check(load)


def test_a_killed_postgres_costs_no_webhook_and_no_hang(tollgate, load):
    with load:
        for share in (0.25, 0.6):
            load.wait_for(share)
            tollgate.kill_postgres()
            load.wait_for_answers(20)
            tollgate.postgres.start()
    assert load.statuses.keys() <= {200, 503, 0}
    assert load.statuses[503] > 20
    assert load.slowest < HANG
    tollgate.oracle.check(load)


def test_a_redis_that_loses_all_its_data_costs_nothing(tollgate, load):
    with load:
        for share in (0.2, 0.4, 0.6):
            load.wait_for(share)
            tollgate.lose_redis()
    assert load.statuses.keys() == {200}
    assert load.slowest < HANG
    tollgate.oracle.check(load)


def test_a_frozen_redis_keeps_no_provider_waiting(tollgate, load):
    with load:
        load.wait_for(0.2)
        tollgate.redis.process().suspend()
        frozen = load.during(lambda: time.sleep(15))
        tollgate.redis.process().resume()
    assert len(frozen) > 1_000
    assert {answer.status for answer in frozen} == {200}
    assert max(answer.seconds for answer in frozen) < 1
    tollgate.oracle.check(load)


def test_a_restart_of_every_part_under_load_loses_nothing(tollgate, load):
    with load:
        for number, name in enumerate(("worker", "beat", "web", "worker"), start=1):
            load.wait_for(number / 6)
            tollgate.end(name)
            tollgate.launch(name)
        load.wait_for(0.8)
        tollgate.postgres.start()
    assert load.statuses.keys() <= {200, 503, 0}
    tollgate.oracle.check(load)
