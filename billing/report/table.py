"""The cost report as a table."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from django.utils.text import get_text_list
from django.utils.translation import gettext as _

from billing.enums import ESTIMATES, PriceSource
from billing.report.charts import unrated_note
from billing.report.figures import money
from billing.selectors import CostReport, CostRow

MAX_ROWS = 2_000  # on the page; exports contain all rows


@dataclass(frozen=True)
class GroupCell:
    """A row's value of a group; `again` if the row above has the same values up to this group."""

    text: str
    again: bool


@dataclass(frozen=True)
class CostLine:
    """A row with its group values in words, its figures and the link to its messages."""

    keys: list[GroupCell]
    row: CostRow
    link: str = ""
    note: str = ""


@dataclass(frozen=True)
class CostTable:
    """The columns, rows and totals (one per currency) of a cost report."""

    report: CostReport
    link: Callable[[dict[str, Any]], str]

    @property
    def columns(self) -> list[str]:
        """The titles of the groups."""
        return [str(group.label) for group in self.report.groups]

    @property
    def lines(self) -> Iterator[CostLine]:
        """The rows on the page."""
        above: list[str] = []
        for row in sorted(self.report.rows, key=self._sort_key)[:MAX_ROWS]:
            texts = [group.spell(row.keys) for group in self.report.groups]
            keys = [GroupCell(text, above[: n + 1] == texts[: n + 1]) for n, text in enumerate(texts)]
            yield CostLine(keys, row, self.link(row.keys))
            above = texts

    def _sort_key(self, row: CostRow) -> list[Any]:
        """Days and months in order, everything else by name."""
        return [row.keys[group.name] if group.by_time else group.spell(row.keys) for group in self.report.groups]

    @property
    def totals(self) -> list[CostLine]:
        """The total rows."""
        return [CostLine([], row, note=unrated_note(row)) for row in self.report.totals]

    @property
    def estimates(self) -> list[str]:
        """The parts of each currency's total that may differ from the invoice, in words."""
        return [_estimates_of(row) for row in self.report.totals if any(row.amount_of(source) for source in ESTIMATES)]

    @property
    def unrated(self) -> int:
        """Delivered messages without a price."""
        return sum(row.unrated for row in self.report.totals)

    @property
    def omitted(self) -> int:
        """The number of rows that are not on the page."""
        return max(0, len(self.report.rows) - MAX_ROWS)

    @property
    def sentence(self) -> str:
        """The totals in one sentence."""
        totals = self.report.totals
        if not totals:
            return _("No deliveries")
        amounts = [f"{row.currency} {row.amount:,.2f}" for row in totals if row.currency and row.charged]
        delivered = sum(row.delivered for row in totals)
        parts = [
            get_text_list(amounts, _("and")) or _("No charges"), _("%(n)s delivered") % {"n": f"{delivered:,}"},
        ]  # fmt: skip
        return ", ".join(parts + ([_("%(n)s unrated") % {"n": f"{self.unrated:,}"}] if self.unrated else []))


def _estimates_of(row: CostRow) -> str:
    parts = {
        PriceSource.INFERRED: _("%(amount)s inferred"),
        PriceSource.DERIVED: _("%(amount)s at derived prices"),
        PriceSource.PROVIDER: _("%(amount)s as upper bounds"),
    }
    words = [part % {"amount": money(row.amount_of(source))} for source, part in parts.items() if row.amount_of(source)]
    return _("Of %(currency)s %(amount)s, %(parts)s.") % {
        "currency": row.currency, "amount": money(row.amount), "parts": get_text_list(words, _("and")),
    }  # fmt: skip
