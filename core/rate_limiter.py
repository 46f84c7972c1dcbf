"""Rate limits that need one number a key: the generic cell rate algorithm (GCRA)."""


class RateLimiter:
    """Allows one event every `every` seconds for a key, and `burst` at once after a rest."""

    def __init__(self, *, every: float, burst: int, keep: int = 100_000) -> None:
        self._every = every
        self._ahead = every * (burst - 1) + every / 1_000_000  # and what floating point loses
        self._keep = keep
        self._at: dict[str, float] = {}  # when a key would be rested

    def allows(self, key: str, now: float) -> bool:
        """Count one more event at a monotonic time, unless it is one too many."""
        at = max(self._at.get(key, now), now)
        if at - now > self._ahead:
            return False
        if len(self._at) >= self._keep:
            self._at = {known: rested for known, rested in self._at.items() if rested > now}
        self._at[key] = at + self._every
        return True
