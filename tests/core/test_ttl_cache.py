"""Memory for a second."""

import pytest

from core import ttl_cache
from core.ttl_cache import TTLCache


@pytest.fixture
def clock(monkeypatch):
    times = [0.0]
    monkeypatch.setattr(ttl_cache.time, "monotonic", lambda: times[0])
    return times


def test_nothing_is_looked_up_twice_within_a_second(clock):
    kept, found = TTLCache(), iter([None, "new", "newer"])
    assert [kept.get("a", lambda: next(found)), kept.get("a", lambda: next(found))] == [None, None]
    clock[0] = 0.999
    assert kept.get("a", lambda: next(found)) is None
    clock[0] = 1.0
    assert kept.get("a", lambda: next(found)) == "new"
    kept.forget()
    assert kept.get("a", lambda: next(found)) == "newer"


def test_a_full_memory_starts_again(clock, monkeypatch):
    monkeypatch.setattr(ttl_cache, "MOST", 2)
    kept = TTLCache()
    for key in "abc":
        kept.get(key, lambda: "old")
    assert [kept.get("a", lambda: "new"), kept.get("c", lambda: "new")] == ["new", "old"]
