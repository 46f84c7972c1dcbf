"""BestEffortRedis with a server that is down or does not answer."""

import os
import socket
import time

import redis

from core import best_effort_redis
from core.best_effort_redis import BestEffortRedis

ABSENT = "redis://127.0.0.1:9/0"


def echo(client):
    return client.echo("here")


def test_a_failure_opens_the_circuit_for_a_while(settings, redis_client, monkeypatch):
    settings.REDIS_URL = ABSENT
    optional = BestEffortRedis("test")
    assert optional.run(echo) is None
    settings.REDIS_URL = os.environ["REDIS_URL"]
    optional._client = None
    assert optional.run(echo) is None
    monkeypatch.setattr(optional, "_open_until", time.monotonic())
    assert optional.run(echo) == b"here"


def test_a_redis_that_does_not_answer_times_out(settings):
    with socket.create_server(("127.0.0.1", 0)) as silent:
        settings.REDIS_URL = f"redis://127.0.0.1:{silent.getsockname()[1]}/0"
        start = time.monotonic()
        assert BestEffortRedis("test").run(echo) is None
        assert time.monotonic() - start < 20 * best_effort_redis._TIMEOUT  # Redis itself would wait for ever


def test_an_error_of_ours_is_no_failure_of_redis(redis_client):
    optional = BestEffortRedis("test")

    def wrong(client: redis.Redis) -> None:
        raise KeyError("ours")

    try:
        optional.run(wrong)
    except KeyError:
        assert optional.run(echo) == b"here"
    else:
        raise AssertionError("the error was swallowed")
