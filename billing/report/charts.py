"""Charts of the cost report: one per currency, because amounts of two currencies cannot share an axis."""

from collections import defaultdict
from collections.abc import Callable, Hashable
from datetime import date
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext, ngettext

from billing.dimensions import Dimension
from billing.selectors import CostReport, CostRow
from core.charts import Chart, Series
from core.money import ZERO
from core.words import DAY, format_date

MAX_SERIES = 6
MAX_LABELS = 400
_OTHER = ("other",)
_COLOURS = ("one", "two", "three", "four", "five", "six")


def cost_charts(report: CostReport, today: date, link: Callable[[dict[str, Any]], str]) -> list[Chart]:
    """Charts with the first group along the axis and the second stacked; further groups are summed."""
    currencies = [row.currency for row in report.totals if row.currency and row.charged]
    return [_chart(report, currency, today, link) for currency in currencies]


def _chart(report: CostReport, currency: str, today: date, link: Callable[[dict[str, Any]], str]) -> Chart:
    first, *others = report.groups
    second = others[0] if others else None
    labels: dict[Hashable, dict[str, Any]] = {}
    sums: dict[Hashable, dict[Hashable, Decimal]] = defaultdict(lambda: defaultdict(lambda: ZERO))
    names: dict[Hashable, str] = {}
    for row in (row for row in report.rows if row.currency == currency):
        key, part = row.keys[first.name], row.keys[second.name] if second else ""
        labels.setdefault(key, row.keys)
        names[part] = second.spell(row.keys) if second else gettext("Cost")
        sums[part][key] += row.amount
    order = list(labels)[:MAX_LABELS]
    if not first.by_time:
        order.sort(key=lambda key: -sum((part[key] for part in sums.values()), ZERO))
    links = [link({first.name: key}) for key in order]
    return Chart(
        id=f"costs-{currency.lower()}",
        title=_title(currency, first, second),
        first=first.label,
        labels=[
            format_date(labels[key][first.name], DAY) if first.daily else first.spell(labels[key]) for key in order
        ],
        series=[
            Series(
                names.get(part, gettext("Other")),
                _colour(second, part, n),
                [figures.get(key, ZERO) for key in order],
                links,
            )
            for n, (part, figures) in enumerate(_parts(sums, order))
        ],
        unit=currency,
        horizontal=not first.by_time,
        unfinished=order.index(today) if first.daily and today in order else None,
    )


def _title(currency: str, first: Dimension, second: Dimension | None) -> str:
    if not second:
        return gettext("Cost in %(currency)s by %(group)s") % {"currency": currency, "group": first.inline}
    both = gettext("Cost in %(currency)s by %(group)s and %(second)s")
    return both % {"currency": currency, "group": first.inline, "second": second.inline}


def _parts(sums: dict[Hashable, dict[Hashable, Decimal]], order: list[Hashable]) -> list[tuple[Hashable, Any]]:
    """The most expensive parts, with all others combined."""
    ranked = sorted(sums.items(), key=lambda item: -sum(item[1].values(), ZERO))
    if len(ranked) <= MAX_SERIES:
        return list(ranked)
    others = {key: sum((part.get(key, ZERO) for _, part in ranked[MAX_SERIES - 1 :]), ZERO) for key in order}
    return [*ranked[: MAX_SERIES - 1], (_OTHER, others)]


def _colour(group: Dimension | None, part: Hashable, n: int) -> str:
    if not group:
        return "cost"
    if part == _OTHER:
        return "other"
    return group.colour(part) if group.colour else _COLOURS[n]


def unrated_note(row: CostRow) -> str:
    """The messages that are not in a total, in words; empty if there are none."""
    if not row.unrated:
        return ""
    text = ngettext(
        "%(n)s delivered message is unrated and not in this amount",
        "%(n)s delivered messages are unrated and not in this amount",
        row.unrated,
    )
    return text % {"n": f"{row.unrated:,}"}
