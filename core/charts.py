"""A chart as data: the browser draws it, and the page shows a table with the same figures beside it."""

from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, field
from decimal import Decimal
from typing import Any

from core.money import plain
from core.words import Text

Figure = int | float | Decimal | None


@dataclass(frozen=True)
class Series:
    """A row of bars or a line. `colour` names one of the style sheet; `links` lead to the rows behind each figure."""

    label: Text
    colour: str
    figures: Sequence[Figure]
    links: Sequence[str] = ()
    pale: bool = False

    def link(self, n: int) -> str:
        """The address of the rows behind figure n, or empty."""
        return self.links[n] if n < len(self.links) else ""


@dataclass(frozen=True)
class Mark:
    """An event at the label with this index. `level` (good, warn, bad, neutral) selects its shape."""

    index: int
    title: str
    text: str
    level: str


@dataclass(frozen=True)
class Cell:
    """A figure in the table."""

    text: str
    link: str = ""


@dataclass(frozen=True)
class Chart:
    """`unit` is "count", "percent" or a currency. `unfinished` is the index of the current day, drawn hatched.

    `marks` are lines at their labels, and a column of the table titled `marks_title`. `first` titles its first column.
    """

    id: str
    title: Text
    first: Text
    labels: Sequence[str]
    series: Sequence[Series]
    kind: str = "bar"
    unit: str = "count"
    note: Text = ""
    horizontal: bool = False
    unfinished: int | None = None
    label_colours: Sequence[str] = field(default_factory=tuple)
    marks: Sequence[Mark] = ()
    marks_title: Text = ""

    @property
    def script_id(self) -> str:
        """The id of the script element that holds `data`."""
        return f"chart-{self.id}"

    @property
    def data(self) -> dict[str, Any]:
        """The chart for the browser's script."""
        return {
            "kind": self.kind,
            "unit": self.unit,
            "title": str(self.title),
            "labels": list(self.labels),
            "horizontal": self.horizontal,
            "unfinished": self.unfinished,
            "labelColours": list(self.label_colours),
            "marks": [asdict(mark) for mark in self.marks],
            "series": [
                {
                    "label": str(series.label),
                    "colour": series.colour,
                    "pale": series.pale,
                    "figures": [None if figure is None else float(figure) for figure in series.figures],
                    "links": list(series.links),
                }
                for series in self.series
            ],
        }

    @property
    def empty(self) -> bool:
        """Whether there is nothing to draw. A share of 0 % is a figure: it says that everything failed."""
        figures = [figure for series in self.series for figure in series.figures]
        return all(figure is None for figure in figures) if self.unit == "percent" else not any(figures)

    @property
    def rows(self) -> Iterator[tuple[str, list[Cell], list[Mark]]]:
        """The rows of the table: a label, a cell for each series, and the marks at the label."""
        for n, label in enumerate(self.labels):
            cells = [Cell(self.format_figure(series.figures[n]), series.link(n)) for series in self.series]
            yield label, cells, [mark for mark in self.marks if mark.index == n]

    @property
    def totals(self) -> list[str]:
        """The table's last row; shares have no sum."""
        if self.unit == "percent":
            return []
        return [self.format_figure(sum((figure or 0 for figure in series.figures), start=0)) for series in self.series]

    def format_figure(self, figure: Figure) -> str:
        """Write a figure with its unit."""
        if figure is None:
            return "–"
        if self.unit == "percent":
            return f"{float(figure) * 100:.1f}\u00a0%"
        if self.unit == "count":
            return f"{figure:,}"
        return f"{self.unit}\u00a0{plain(Decimal(figure), 4)}"
