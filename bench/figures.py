"""The figures of a measurement with their targets, as a line for people and as JSON."""

import statistics
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any


def ratios(numerators: Sequence[float], denominators: Sequence[float]) -> list[float]:
    """The ratio of each round."""
    return [numerator / denominator for numerator, denominator in zip(numerators, denominators, strict=True)]


@dataclass(frozen=True)
class Figure:
    """A value for each round, which is a ratio to a baseline unless there is a unit and neither `absolute` nor `parts`.

    `absolute` is Tollgate's own part of the ratios, in `unit`; the unit of a rate ends in "/s". Where the
    value is the worst of many pages, `parts` has Tollgate's own part for each.
    """

    name: str
    values: Sequence[float]
    target: float
    detail: str
    at_most: bool = False
    absolute: Sequence[float] = ()
    parts: Mapping[str, float] = field(default_factory=dict)
    unit: str = ""

    @property
    def value(self) -> float:
        """The median of the rounds."""
        return statistics.median(self.values)

    @property
    def met(self) -> bool:
        """Whether the median reaches the target."""
        return self.value <= self.target if self.at_most else self.value >= self.target

    def line(self, *, judged: bool) -> str:
        """The printed line. A trial is too small to be judged by the target."""
        verdict = ("met" if self.met else "MISSED") if judged else "not judged in a trial"
        return (
            f"{self.name}: {self.value:,.2f} (lowest {min(self.values):,.2f}, highest {max(self.values):,.2f}, "
            f"{len(self.values)} rounds), target {'≤' if self.at_most else '≥'} {self.target:g}: {verdict}. "
            f"{self.detail}"
        )

    def as_json(self) -> dict[str, Any]:
        """The figure as JSON; `absolute` is null where only the ratio is meaningful."""
        return {
            "name": self.name,
            "value": self.value,
            "lowest": min(self.values),
            "highest": max(self.values),
            "rounds": len(self.values),
            "target": self.target,
            "at_most": self.at_most,
            "met": self.met,
            "absolute": statistics.median(self.absolute or self.values) if self.unit and not self.parts else None,
            "parts": dict(self.parts),
            "unit": self.unit,
            "detail": self.detail,
        }
