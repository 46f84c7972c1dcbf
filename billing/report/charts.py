"""Charts of the cost report: one for each currency, as amounts of two currencies cannot share an axis."""

from collections import defaultdict
from collections.abc import Callable, Hashable
from datetime import date
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext, gettext_lazy, ngettext

from billing.forms.report import CATEGORIES, GROUP_LABELS, group_word
from billing.selectors import CostReport, CostRow, TierKey
from core.charts import Chart, Series
from core.countries import country_name
from core.money import ZERO
from core.words import DAY, DAY_AND_YEAR, MONTH_AND_YEAR, said

MOST_SERIES = 6
MOST_LABELS = 400
_HUES = ("marketing", "utility", "authentication", "service")
_COLOURS = ("one", "two", "three", "four", "five", "six")
_CATEGORY_NAMES = dict(CATEGORIES)


def spell_key(group: str, keys: dict[str, Any]) -> str:
    """A row's value of a group in words."""
    value = keys[group]
    if group == "day":
        return said(value, DAY_AND_YEAR)
    if group == "month":
        return said(value, MONTH_AND_YEAR)
    named = str(keys.get(f"{group}_name") or value or "")  # a subaccount, WABA or channel has a name beside its id
    if not named or value is None:
        return str(_NOTHING.get(group, gettext("Not known")))
    return _SPELLED[group](value) if group in _SPELLED else named


def spell_tier(tier: TierKey) -> str:
    """A tier's number and bounds, and what is uncertain about them."""
    parts = [gettext("Tier %(number)d") % {"number": tier.number}]
    if tier.end is not None:
        parts.append(f"{tier.start:,} – {tier.end:,}")
    elif tier.start > 1:
        parts.append(gettext("from %(n)s") % {"n": f"{tier.start:,}"})
    if not tier.end_known:
        parts.append(gettext("end not known"))
    if tier.anchored:
        parts.append(gettext("counted with other providers"))
    return ", ".join(parts)


_NOTHING = {
    "subaccount": gettext_lazy("No subaccount"),
    "template": gettext_lazy("No template"),
    "tier": gettext_lazy("No tier"),
}
_SPELLED: dict[str, Callable[[Any], str]] = {
    "country": country_name,
    "category": lambda value: str(_CATEGORY_NAMES.get(value, value)),
    "provider": lambda value: value[:1].upper() + value[1:],
    "template": lambda value: f"{value.name} ({value.language})",
    "tier": spell_tier,
}


def _label(group: str, keys: dict[str, Any]) -> str:
    """A row's value under the axis, where there is little room."""
    return said(keys["day"], DAY) if group == "day" else spell_key(group, keys)


def cost_charts(report: CostReport, today: date, link: Callable[[dict[str, Any]], str]) -> list[Chart]:
    """The first group along the axis, the second stacked; what is grouped further is summed."""
    currencies = [row.currency for row in report.totals if row.currency and row.charged]
    return [_chart(report, currency, today, link) for currency in currencies]


def _chart(report: CostReport, currency: str, today: date, link: Callable[[dict[str, Any]], str]) -> Chart:
    groups = report.group_by
    first, second = groups[0], groups[1] if len(groups) > 1 else ""
    labels: dict[Hashable, dict[str, Any]] = {}
    sums: dict[Hashable, dict[Hashable, Decimal]] = defaultdict(lambda: defaultdict(lambda: ZERO))
    names: dict[Hashable, str] = {}
    for row in (row for row in report.rows if row.currency == currency):
        labels.setdefault(row.keys[first], row.keys)
        part = row.keys[second] if second else ""
        names[part] = spell_key(second, row.keys) if second else gettext("Cost")
        sums[part][row.keys[first]] += row.amount
    order = list(labels)[:MOST_LABELS]
    timed = first in {"day", "month"}
    if not timed:
        order.sort(key=lambda key: -sum((part[key] for part in sums.values()), ZERO))
    links = [link({first: labels[key][first]}) for key in order]
    parts = _parts(sums, order)
    return Chart(
        id=f"costs-{currency.lower()}",
        title=_title(currency, first, second),
        first=GROUP_LABELS[first],
        labels=[_label(first, labels[key]) for key in order],
        series=[
            Series(
                names.get(part, gettext("Other")),
                _colour(second, part, n),
                [figures.get(key, ZERO) for key in order],
                links,
            )
            for n, (part, figures) in enumerate(parts)
        ],
        unit=currency,
        horizontal=not timed,
        unfinished=order.index(today) if first == "day" and today in order else None,
    )


def _title(currency: str, first: str, second: str) -> str:
    if not second:
        return gettext("Cost in %(currency)s by %(group)s") % {"currency": currency, "group": group_word(first)}
    both = gettext("Cost in %(currency)s by %(group)s and %(second)s")
    return both % {"currency": currency, "group": group_word(first), "second": group_word(second)}


def _parts(sums: dict[Hashable, dict[Hashable, Decimal]], order: list[Hashable]) -> list[tuple[Hashable, Any]]:
    """The dearest parts, and the rest as one."""
    ranked = sorted(sums.items(), key=lambda item: -sum(item[1].values(), ZERO))
    if len(ranked) <= MOST_SERIES:
        return list(ranked)
    rest = {key: sum((part.get(key, ZERO) for _, part in ranked[MOST_SERIES - 1 :]), ZERO) for key in order}
    return [*ranked[: MOST_SERIES - 1], (("other",), rest)]


def _colour(group: str, part: Hashable, n: int) -> str:
    if group == "category":
        return next((hue for hue in _HUES if str(part).startswith(hue)), "other")
    return "cost" if not group else "other" if part == ("other",) else _COLOURS[n]


def share_unrated(row: CostRow) -> str:
    """What a total leaves out, in words; empty when nothing."""
    if not row.unrated:
        return ""
    left_out = ngettext(
        "%(n)s delivered message is unrated and not in this amount",
        "%(n)s delivered messages are unrated and not in this amount",
        row.unrated,
    )
    return left_out % {"n": f"{row.unrated:,}"}
