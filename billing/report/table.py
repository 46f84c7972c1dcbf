"""The cost report as a table of words."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from django.utils.text import get_text_list
from django.utils.translation import gettext as _

from billing.report.charts import share_unrated
from billing.selectors import CostReport, CostRow

MOST_ROWS = 2_000  # on the page; the files hold all


@dataclass(frozen=True)
class Key:
    """A row's value of a group; `again` when the row above has the same."""

    text: str
    again: bool


@dataclass(frozen=True)
class Line:
    """A row: its keys in words, its figures, and the messages behind it."""

    keys: list["Key"]
    row: CostRow
    link: str = ""
    note: str = ""


@dataclass(frozen=True)
class CostTable:
    """Columns, rows and one sum per currency."""

    report: CostReport
    link: Callable[[dict[str, Any]], str]

    @property
    def columns(self) -> list[str]:
        """Titles of the keys."""
        return [str(group.label) for group in self.report.groups]

    @property
    def lines(self) -> Iterator[Line]:
        """The rows that are shown."""
        above: list[str] = []
        for row in sorted(self.report.rows, key=self._place)[:MOST_ROWS]:
            texts = [group.spell(row.keys) for group in self.report.groups]
            keys = [Key(text, above[: n + 1] == texts[: n + 1]) for n, text in enumerate(texts)]
            yield Line(keys, row, self.link(row.keys))
            above = texts

    def _place(self, row: CostRow) -> list[Any]:
        """Days in order, everything else by its name."""
        return [row.keys[each.name] if each.by_time else each.spell(row.keys) for each in self.report.groups]

    @property
    def totals(self) -> list[Line]:
        """The summary rows."""
        return [Line([], row, note=share_unrated(row)) for row in self.report.totals]

    @property
    def unrated(self) -> int:
        """Delivered messages without a price."""
        return sum(row.unrated for row in self.report.totals)

    @property
    def left_out(self) -> int:
        """Rows that only the files have."""
        return max(0, len(self.report.rows) - MOST_ROWS)

    @property
    def sentence(self) -> str:
        """The state in one sentence."""
        totals = self.report.totals
        if not totals:
            return _("No deliveries")
        amounts = [f"{row.currency} {row.amount:,.2f}" for row in totals if row.currency and row.charged]
        delivered = sum(row.delivered for row in totals)
        parts = [
            get_text_list(amounts, _("and")) or _("No charges"), _("%(n)s delivered") % {"n": f"{delivered:,}"},
        ]  # fmt: skip
        return ", ".join(parts + ([_("%(n)s unrated") % {"n": f"{self.unrated:,}"}] if self.unrated else []))
