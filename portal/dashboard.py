"""The dashboard: its sentence, key figures and charts, from the traffic counts."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Literal
from urllib.parse import urlencode

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.principal import Principal
from billing.notices import price_notices
from billing.report.figures import TierTable, forecast_figure, money, tier_table
from billing.selectors import CostFilter, billing_zone, forecast, tier_progress, today_in
from core.charts import Chart, Series
from core.figures import KeyFigure, relative_change, with_minus_sign
from core.filters import query
from core.money import plain
from core.templatetags.formats import day as format_day
from core.templatetags.formats import percent
from core.words import Text
from messaging.log.enums import ARRIVED, LOST, ON_THE_WAY, Status
from messaging.log.forms.log import TrafficForm
from messaging.log.reasons import Reasons, reasons
from messaging.log.selectors.traffic import Counts, Traffic
from messaging.log.words import sentence
from providers.vocabulary import Direction, category_family, category_name

_OUT = Direction.OUTBOUND
_COST_FILTERS = ("channel", "country", "template")
_STACK: tuple[tuple[Text, str, tuple[Status, ...]], ...] = (
    (gettext_lazy("Read"), "read", (Status.READ,)),
    (gettext_lazy("Delivered"), "delivered", (Status.DELIVERED,)),
    (gettext_lazy("Sent or queued"), "sent", (Status.SENT, Status.QUEUED)),
    (gettext_lazy("Undelivered"), "undelivered", (Status.UNDELIVERED,)),
    (gettext_lazy("Rejected or expired"), "rejected", (Status.REJECTED, Status.EXPIRED)),
)


class Dashboard:
    """The dashboard for a set of filters."""

    def __init__(self, traffic: Traffic, form: TrafficForm, today: date) -> None:
        self.traffic, self.form, self.today = traffic, form, today
        self.days = list(traffic.days)

    @property
    def is_empty(self) -> bool:
        """Whether nothing was sent or received."""
        return not self.traffic.total.messages

    @property
    def rows(self) -> list[tuple[date, Counts, str]]:
        """The days, newest first, each with its counts and the URL of its messages in the log."""
        return [(day, counts, self.log("", day=day)) for day, counts in reversed(self.traffic.days.items())]

    @property
    def sentence(self) -> str:
        """The delivery state in one sentence."""
        return sentence(self.traffic.total, self.form.period.label)

    @property
    def before(self) -> str:
        """The period that the changes compare with."""
        return self.form.period.before.label

    @property
    def figures(self) -> list[KeyFigure]:
        """The key figures at the top."""
        now, before = self.traffic.total, self.traffic.previous
        points = ""
        if now.rate is not None and before.rate is not None:
            points = _("%(change)s points") % {"change": with_minus_sign(f"{(now.rate - before.rate) * 100:+.1f}")}
        lost = _("%(undelivered)s undelivered, %(rejected)s rejected or expired") % {
            "undelivered": f"{now.of(Status.UNDELIVERED):,}",
            "rejected": f"{now.of(Status.REJECTED, Status.EXPIRED):,}",
        }
        return [
            KeyFigure(_("Sent"), f"{now.outbound:,}", _with_count(_("%(n)s on their way"), now.of(*ON_THE_WAY)),
                      self.log(_OUT), relative_change(now.outbound, before.outbound)),
            KeyFigure(_("Delivered"), f"{now.delivered:,}", _with_count(_("%(n)s of them read"), now.read),
                      self.log(_OUT, ARRIVED), relative_change(now.delivered, before.delivered)),
            KeyFigure(_("Delivery rate"), percent(now.rate), _with_count(_("of %(n)s with an outcome"), now.settled),
                      self.log(_OUT, ARRIVED), points, _trend((now.rate or 0) - (before.rate or 0))),
            KeyFigure(_("Not delivered"), f"{now.lost:,}", lost,
                      self.log(_OUT, LOST), relative_change(now.lost, before.lost), _trend(before.lost - now.lost)),
            KeyFigure(_("Received"), f"{now.received:,}", _("messages from people"),
                      self.log(Direction.INBOUND), relative_change(now.received, before.received)),
        ]  # fmt: skip

    @property
    def delivery(self) -> list[Chart]:
        """The charts of statuses and of the delivery rate by day."""
        return [self._statuses(), self._rate()]

    @property
    def volume(self) -> list[Chart]:
        """The charts of categories and of received messages."""
        return [self._categories(), self._received()]

    @property
    def reasons(self) -> Reasons:
        """Why messages were not delivered."""
        return reasons(self.traffic.failures, lambda statuses, code: self.log(_OUT, statuses, error_code=code))

    @property
    def lost(self) -> str:
        """The URL of undelivered messages in the log."""
        return self.log(_OUT, LOST)

    def log(
        self, direction: Direction | Literal[""], statuses: Sequence[Status] = (), day: date | None = None, **more: str
    ) -> str:
        """The URL of the log with the same filters and these; empty ones are left out."""
        params = self.form.params.copy()
        params.setlist("status", [str(status) for status in statuses])
        period = {"from": day.isoformat(), "to": day.isoformat()} if day else self.form.period_params()
        more = {name: value for name, value in {"direction": str(direction), **more}.items() if value}
        return reverse("log:log") + query(params, {**more, **period}, drop=("range", "from", "to"))

    def _daily(self, label: Text, colour: str, count: Callable[[Counts], int], link: Callable[[date], str]) -> Series:
        days = self.traffic.days.items()
        return Series(label, colour, [count(counts) for _, counts in days], [link(day) for day, _ in days])

    def _chart(self, name: str, title: Text, series: list[Series], **options: Any) -> Chart:
        labels = [format_day(day) for day in self.days]
        unfinished = self.days.index(self.today) if self.today in self.days else None
        return Chart(name, title, _("Day"), labels, series, unfinished=unfinished, **options)

    def _statuses(self) -> Chart:

        def series(label: Text, colour: str, statuses: tuple[Status, ...]) -> Series:
            def count(counts: Counts) -> int:
                return counts.of(*statuses)

            return self._daily(label, colour, count, lambda day: self.log(_OUT, statuses, day))

        return self._chart("statuses", _("Sent messages by status"), [series(*entry) for entry in _STACK])

    def _rate(self) -> Chart:
        rates = [counts.rate for counts in self.traffic.days.values()]
        links = [self.log(_OUT, ARRIVED, day) for day in self.days]
        note = _("Delivered messages as a share of messages with an outcome. Messages on their way are not counted.")
        series = Series(_("Delivered"), "delivered", rates, links)
        return self._chart("rate", _("Delivery rate"), [series], kind="line", unit="percent", note=note)

    def _received(self) -> Chart:
        def link(day: date) -> str:
            return self.log(Direction.INBOUND, day=day)

        series = self._daily(_("Received"), "received", lambda counts: counts.received, link)
        return self._chart("received", _("Received messages"), [series])

    def _categories(self) -> Chart:
        counts = self.traffic.categories
        links = [self.log(_OUT, ARRIVED, category=count.category) if count.category else "" for count in counts]
        return Chart(
            "categories",
            _("Delivered messages by category"),
            _("Category"),
            [category_name(count.category) or _("Unknown") for count in counts],
            [
                Series(_("Charged"), "ink", [count.charged for count in counts], links),
                Series(_("Free"), "ink", [count.free for count in counts], links, pale=True),
            ],
            note=_("Charged or free, as reported by the provider with the delivery."),
            horizontal=True,
            label_colours=[category_family(count.category) for count in counts],
        )


@dataclass(frozen=True)
class MonthCosts:
    """The current month of the WABAs' calendar: cost to date, expected cost, and the counts closest to a next tier.

    `report` is the URL of the cost report with the same filters.
    """

    zone: str
    first: date
    figures: list[KeyFigure]
    tiers: TierTable
    report: str
    notices: list[str]


def month_costs(by: Principal, form: TrafficForm) -> MonthCosts | None:
    """The costs of the month within reach and filters, whatever the period; None before the first charge."""
    account, reach = by.account, by.reach
    zone = billing_zone(account)
    today = today_in(zone)
    criteria = {name: form.cleaned_data.get(name, "") for name in _COST_FILTERS}
    forecasts = forecast(account, today, CostFilter(reach.ids, **criteria))
    if not forecasts:
        return None
    figures = []
    for each in forecasts:
        label, exact = _("To date in %(currency)s"), f"{each.currency} {plain(each.to_date)}"
        figures += [
            KeyFigure(label % {"currency": each.currency}, money(each.to_date), _("priced messages"), exact=exact),
            forecast_figure(each, today),
        ]
    # Volume is counted over all subaccounts: people limited to some do not see it.
    tiers = [] if reach.limited else tier_progress(account, today)
    params = {**criteria, **({"subaccount": reach.selected.code} if reach.selected else {})}
    link = f"{reverse('billing:costs')}?{urlencode({name: value for name, value in params.items() if value})}"
    return MonthCosts(zone, today.replace(day=1), figures, tier_table(tiers, most=3), link, price_notices(account))


def _with_count(message: str, n: int) -> str:
    return message % {"n": f"{n:,}"}


def _trend(better_by: float) -> str:
    return "better" if better_by > 0 else "worse" if better_by < 0 else ""
