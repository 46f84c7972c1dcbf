"""Rate limits with one number for each key: the generic cell rate algorithm (GCRA)."""


class RateLimiter:
    """Allows a key one event every `every` seconds, and `burst` at once after a pause."""

    def __init__(self, *, every: float, burst: int, max_keys: int = 100_000) -> None:
        self._every = every
        self._tolerance = every * (burst - 1) + every / 1_000_000  # and the rounding error of floats
        self._max_keys = max_keys
        self._arrivals: dict[str, float] = {}  # by key: the theoretical arrival time of its next event

    def allows(self, key: str, now: float) -> bool:
        """Count an event at a monotonic time, unless it exceeds the limit."""
        arrival = max(self._arrivals.get(key, now), now)
        if arrival - now > self._tolerance:
            return False
        if len(self._arrivals) >= self._max_keys:
            self._arrivals = {key: at for key, at in self._arrivals.items() if at > now}
        self._arrivals[key] = arrival + self._every
        return True
