"""A limiter allows a burst, then one event per period and key; the state of an idle key expires."""

from core.rate_limiter import RateLimiter


def test_a_burst_and_then_one_a_period():
    limiter = RateLimiter(every=6, burst=3)
    assert [limiter.allows("a", now) for now in (0, 0, 0, 0, 5.9, 6, 6)] == [
        True,
        True,
        True,
        False,
        False,
        True,
        False,
    ]
    assert limiter.allows("b", 0)


def test_a_period_of_nothing_is_no_limit():
    assert all(RateLimiter(every=0, burst=1).allows("a", 0) for _ in range(3))


def test_it_remembers_no_more_keys_than_it_must():
    limiter = RateLimiter(every=1, burst=1, max_keys=10)
    for now in range(100):
        assert limiter.allows(str(now), now * 2)
    assert len(limiter._arrivals) <= 10
