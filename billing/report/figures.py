"""The key figures of the cost report and of the dashboard's current month, and volume tiers in words."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from billing.enums import AccrualScope, ChargeState
from billing.selectors import CostRow, Forecast, NextPrice, TierProgress
from billing.selectors.progress import month_end
from core.figures import KeyFigure, relative_change
from core.money import ZERO, plain
from core.words import DAY, format_date
from providers.vocabulary import category_name

MAX_TIERS = 8  # on a page; REST returns all


def money(amount: Decimal) -> str:
    """An amount with two decimals."""
    return f"{amount:,.2f}"


def cost_figures(
    totals: Sequence[CostRow], before: Sequence[CostRow], forecasts: Iterable[Forecast], today: date,
    link: Callable[[str], str],
) -> list[KeyFigure]:  # fmt: skip
    """Cost, margin and forecast of each currency, then the message counts. `link` returns the URL of a charge state."""
    former = {row.currency: row.amount for row in before}
    figures = []
    for row in totals:
        if row.currency and row.priced:
            cost_change = relative_change(row.amount, former.get(row.currency, ZERO))
            label, exact = _("Cost in %(currency)s"), f"{row.currency} {plain(row.amount)}"
            charged = ngettext("%(n)s message charged", "%(n)s messages charged", row.charged)
            figures.append(
                KeyFigure(label % {"currency": row.currency}, money(row.amount), charged % {"n": f"{row.charged:,}"},
                          change=cost_change, exact=exact)
            )  # fmt: skip
            if row.resale:
                figures.append(_margin_figure(row))
    figures += [forecast_figure(expectation, today) for expectation in forecasts]
    return figures + _count_figures(totals, before, link)


def _margin_figure(row: CostRow) -> KeyFigure:
    assert row.resale
    label = _("Margin in %(currency)s") % {"currency": row.currency}
    margin, sale = row.resale.margin, {"currency": row.currency, "amount": money(row.resale.amount)}
    if margin is None:
        text = _("sold for %(currency)s %(amount)s, %(unrated)s unrated")
        return KeyFigure(label, "–", text % {**sale, "unrated": f"{row.resale.unrated:,}"})
    exact = f"{row.currency} {plain(margin)}"
    return KeyFigure(label, money(margin), _("sold for %(currency)s %(amount)s") % sale, exact=exact)


def forecast_figure(expectation: Forecast, today: date) -> KeyFigure:
    """The expected cost of the current month."""
    label = _("Expected by %(day)s in %(currency)s") % {
        "day": format_date(month_end(today), DAY),
        "currency": expectation.currency,
    }
    if expectation.expected is None:
        return KeyFigure(label, "–", _("available after a week of deliveries"))
    basis = ngettext(
        "based on the weekdays of the last %(n)d day", "based on the weekdays of the last %(n)d days", expectation.days
    )
    return KeyFigure(label, money(expectation.expected), basis % {"n": expectation.days})


def _count_figures(totals: Sequence[CostRow], before: Sequence[CostRow], link: Callable[[str], str]) -> list[KeyFigure]:
    delivered, free, unrated = (sum(getattr(row, name) for row in totals) for name in ("delivered", "free", "unrated"))
    figures = [
        KeyFigure(_("Delivered"), f"{delivered:,}", _("charged and free"),
                  change=relative_change(delivered, sum(row.delivered for row in before))),
        KeyFigure(_("Free"), f"{free:,}", _("delivered at no charge"), link(ChargeState.FREE),
                  relative_change(free, sum(row.free for row in before))),
    ]  # fmt: skip
    if unrated:
        figures.append(KeyFigure(_("Unrated"), f"{unrated:,}", _("without a price yet"), link(ChargeState.UNRATED)))
    return figures


@dataclass(frozen=True)
class TierLine:
    """A count and its next price in words; the progress bar shows `position` of `threshold` messages."""

    title: str
    position: int
    threshold: int
    prices: str
    remaining: str
    note: str = ""


@dataclass(frozen=True)
class TierTable:
    """The counts with a known next price; `unknown` is the number of counts whose next price no card states."""

    lines: list[TierLine]
    more: int
    unknown: int

    def __bool__(self) -> bool:
        """Whether there is anything to show."""
        return bool(self.lines or self.unknown)


def tier_table(tiers: Iterable[TierProgress], most: int = MAX_TIERS) -> TierTable:
    """The counts nearest to their next price."""
    tiers = list(tiers)
    lines = [_tier_line(tier, tier.threshold) for tier in tiers if tier.threshold is not None]
    unknown = sum(tier.threshold is None and not tier.end_known for tier in tiers)
    return TierTable(lines[:most], max(0, len(lines) - most), unknown)


def _tier_line(tier: TierProgress, threshold: int) -> TierLine:
    remaining, external, day = f"{tier.remaining:,}", f"{tier.external:,}", tier.expected_on
    return TierLine(
        title=_title(tier),
        position=tier.position,
        threshold=threshold,
        prices="; ".join(_prices(currency, tier.prices) for currency in _currencies(tier.prices)),
        remaining=_("%(n)s to go, around %(day)s") % {"n": remaining, "day": format_date(day, DAY)}
        if day
        else _("%(n)s to go") % {"n": remaining},
        note=_("%(n)s of them sent through other providers") % {"n": external} if tier.external else "",
    )


def _title(tier: TierProgress) -> str:
    market, _slash, category = tier.accrual_group.rpartition("/")
    words = category_name(category)
    if tier.scope == AccrualScope.PHONE_NUMBER:
        return f"{words}, {tier.scope_name}"
    return f"{words}, {market}"


def _currencies(prices: Iterable[NextPrice]) -> list[str]:
    return sorted({price.currency for price in prices})


def _prices(currency: str, prices: Iterable[NextPrice]) -> str:
    """The present and the next price, such as "USD 0.0014 → 0.0012". Markets and categories of a count may differ."""
    own = [price for price in prices if price.currency == currency]
    now, then = [price.now for price in own], [price.then for price in own if price.then is not None]
    if then and not any(now):
        return _("free → %(currency)s %(then)s") % {"currency": currency, "then": _span(then)}
    if then:
        return f"{currency} {_span(now)} → {_span(then)}"
    return _("%(currency)s %(now)s → unknown") % {"currency": currency, "now": _span(now)}


def _span(prices: Sequence[Decimal]) -> str:
    """The price, or the lowest and the highest price."""
    low, high = plain(min(prices), 4), plain(max(prices), 4)
    return low if low == high else f"{low} – {high}"
