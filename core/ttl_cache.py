"""What a process need not ask the database again within a second."""

import time
from collections.abc import Callable, Hashable
from typing import Generic, TypeVar

SECONDS = 1.0  # what somebody revokes, closes or changes is in force within this time
MOST = 10_000


K = TypeVar("K", bound=Hashable)
V = TypeVar("V")


class TTLCache(Generic[K, V]):
    """Keeps what was found, None included, for `SECONDS`. Any number of threads may use it; two may look up twice."""

    def __init__(self) -> None:
        self._kept: dict[K, tuple[float, V]] = {}

    def get(self, key: K, find: Callable[[], V]) -> V:
        """What is kept under the key, else what `find` finds."""
        now = time.monotonic()
        known = self._kept.get(key)
        if known is not None and known[0] > now:
            return known[1]
        found = find()
        if len(self._kept) >= MOST:
            self._kept.clear()
        self._kept[key] = (now + SECONDS, found)
        return found

    def forget(self) -> None:
        """Ask again from now on."""
        self._kept.clear()
