"""Counting by the second in Redis, and what happens without it."""

import os
import socket
import time

import pytest

from portal.core import rates
from portal.core.rates import Counter


@pytest.fixture
def counter(redis_client):
    return Counter("test")


def test_each_name_has_its_own_count(counter):
    assert [counter.count("a"), counter.count("a"), counter.count("b")] == [1, 2, 1]


def test_a_second_ends(counter, redis_client):
    counter.count("a")
    assert 0 < redis_client.pttl("test:a") <= 1000
    redis_client.delete("test:a")
    assert counter.count("a") == 1


def test_without_redis_nothing_is_counted_and_it_is_not_asked_again_for_a_while(settings, monkeypatch):
    settings.REDIS_URL = "redis://127.0.0.1:9/0"
    counter = Counter("test")
    assert counter.count("a") is None
    settings.REDIS_URL = os.environ["REDIS_URL"]
    counter._client = None
    assert counter.count("a") is None
    monkeypatch.setattr(counter, "_pause_until", time.monotonic())
    assert counter.count("a") == 1


def test_a_redis_that_does_not_answer_keeps_nobody_waiting(settings):
    with socket.create_server(("127.0.0.1", 0)) as silent:
        settings.REDIS_URL = f"redis://127.0.0.1:{silent.getsockname()[1]}/0"
        start = time.monotonic()
        assert Counter("test").count("a") is None
        assert time.monotonic() - start < 20 * rates._PATIENCE  # Redis itself would wait for ever
