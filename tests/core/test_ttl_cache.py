"""A cache of one second."""

import pytest

from core import ttl_cache
from core.ttl_cache import TTLCache


@pytest.fixture
def clock(monkeypatch):
    times = [0.0]
    monkeypatch.setattr(ttl_cache.time, "monotonic", lambda: times[0])
    return times


def test_a_value_is_loaded_once_a_second(clock):
    cache, values = TTLCache(), iter([None, "new", "newer"])
    assert [cache.get("a", lambda: next(values)), cache.get("a", lambda: next(values))] == [None, None]
    clock[0] = 0.999
    assert cache.get("a", lambda: next(values)) is None
    clock[0] = 1.0
    assert cache.get("a", lambda: next(values)) == "new"
    cache.clear()
    assert cache.get("a", lambda: next(values)) == "newer"


def test_a_full_cache_starts_again(clock, monkeypatch):
    monkeypatch.setattr(ttl_cache, "MAX_ENTRIES", 2)
    cache = TTLCache()
    for key in "abc":
        cache.get(key, lambda: "old")
    assert [cache.get("a", lambda: "new"), cache.get("c", lambda: "new")] == ["new", "old"]
