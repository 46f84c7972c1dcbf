"""A cache in the process, for values that may be up to a second old."""

import time
from collections.abc import Callable, Hashable
from typing import Generic, TypeVar

SECONDS = 1.0  # a revoked key, a closed subaccount or another change takes effect within this time
MAX_ENTRIES = 10_000

K = TypeVar("K", bound=Hashable)
V = TypeVar("V")


class TTLCache(Generic[K, V]):
    """Keeps values, None included, for `SECONDS`. Threads can share it; two of them may load a value twice."""

    def __init__(self) -> None:
        self._entries: dict[K, tuple[float, V]] = {}

    def get(self, key: K, load: Callable[[], V]) -> V:
        """The cached value of the key, else the value that `load` returns."""
        now = time.monotonic()
        entry = self._entries.get(key)
        if entry is not None and entry[0] > now:
            return entry[1]
        value = load()
        if len(self._entries) >= MAX_ENTRIES:
            self._entries.clear()
        self._entries[key] = (now + SECONDS, value)
        return value

    def clear(self) -> None:
        """Drop every entry."""
        self._entries.clear()
