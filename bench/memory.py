"""Whether the memory of a process stays flat over long work."""

from dataclasses import dataclass
from time import perf_counter

import psutil

from bench.figures import Figure

_MEGABYTE = 1024 * 1024
_TARGET = 50


@dataclass
class Work:
    """The work of one process: a count, the seconds it took, and its memory in MB, early and at the peak."""

    done: int = 0
    seconds: float = 0.0
    early: float = 0.0
    peak: float = 0.0

    def __post_init__(self) -> None:
        self._start = perf_counter()

    def sample_memory(self) -> None:
        """Record the memory; the first sample is the early one."""
        current = psutil.Process().memory_info().rss / _MEGABYTE
        self.early, self.peak = self.early or current, max(self.peak, current)

    def finish(self) -> "Work":
        """Stop the clock."""
        self.seconds = perf_counter() - self._start
        return self

    @property
    def per_second(self) -> float:
        return self.done / self.seconds

    def figure(self, name: str, detail: str = "") -> Figure:
        """The growth of memory as a figure."""
        return Figure(
            name, [self.peak - self.early], _TARGET,
            f"MB more at the highest than after the first tenth: {self.peak:.0f} against {self.early:.0f}{detail}.",
            at_most=True, unit="MB",
        )  # fmt: skip
