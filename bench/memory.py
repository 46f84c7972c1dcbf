"""Whether the memory of a process stays flat over long work."""

from dataclasses import dataclass
from time import perf_counter

import psutil

from bench.figures import Figure

_MEGABYTE = 1024 * 1024
_TARGET = 50


@dataclass
class Work:
    """What a process of its own has done: how many, in how many seconds, and what it held in MB early and at most."""

    done: int = 0
    seconds: float = 0.0
    early: float = 0.0
    highest: float = 0.0

    def __post_init__(self) -> None:
        self._start = perf_counter()

    def look(self) -> None:
        """Note the memory; the first time counts as early."""
        now = psutil.Process().memory_info().rss / _MEGABYTE
        self.early, self.highest = self.early or now, max(self.highest, now)

    def finish(self) -> "Work":
        """Stop the clock."""
        self.seconds = perf_counter() - self._start
        return self

    @property
    def per_second(self) -> float:
        return self.done / self.seconds

    def figure(self, name: str, detail: str = "") -> Figure:
        """The growth."""
        return Figure(
            name, [self.highest - self.early], _TARGET,
            f"MB more at the highest than after the first tenth: {self.highest:.0f} against {self.early:.0f}{detail}.",
            at_most=True, unit="MB",
        )  # fmt: skip
