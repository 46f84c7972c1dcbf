"""Counting by the second in Redis."""

import pytest

from core.window_counter import WindowCounter


@pytest.fixture
def counter(redis_client):
    return WindowCounter("test")


def test_each_name_has_its_own_count(counter):
    assert [counter.count("a"), counter.count("a"), counter.count("b")] == [1, 2, 1]


def test_a_second_ends(counter, redis_client):
    counter.count("a")
    assert 0 < redis_client.pttl("test:a") <= 1000
    redis_client.delete("test:a")
    assert counter.count("a") == 1


def test_without_redis_nothing_is_counted(settings):
    settings.REDIS_URL = "redis://127.0.0.1:9/0"
    assert WindowCounter("test").count("a") is None
