"""Charts of one template and one phone number."""

from collections.abc import Iterable, Sequence
from datetime import date
from urllib.parse import urlencode

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from billing.selectors import CostRow
from core.charts import Chart, Mark, Series
from core.words import DAY, format_date
from messaging.log.assets.changes import ChangeEntry
from messaging.log.enums import ARRIVED, LOST, Status
from messaging.log.selectors.traffic import Counts
from providers.vocabulary import FAMILIES, Direction, category_name


def delivered_by_category(rows: Sequence[CostRow], days: Sequence[date], template: str) -> Chart:
    """A template's deliveries by day; a move to another category shows as a change of colour."""
    by_category: dict[str, dict[date, int]] = {}
    for row in rows:
        own = by_category.setdefault(row.keys["category"], {})
        own[row.keys["day"]] = own.get(row.keys["day"], 0) + row.delivered
    series = [
        Series(
            category_name(category) or _("No category"), category if category in FAMILIES else "other",
            [counts.get(day, 0) for day in days],
            [log_of(day, template=template, category=category) for day in days],
        )
        for category, counts in sorted(by_category.items())
    ]  # fmt: skip
    return Chart("delivered", _("Delivered, last 30 days"), _("Day"), _labels(days), series, unfinished=len(days) - 1,
                 note=_("Days are in the WhatsApp Business Account’s time zone."))  # fmt: skip


def rate_by_day(days: dict[date, Counts], timeline: Iterable[ChangeEntry], **params: str) -> Chart:
    """The delivery rate of a number or template by day, with its announced changes on the same axis.

    `whose` is its filter in the log. Changes on other days are omitted.
    """
    links = [log_of(day, direction=Direction.OUTBOUND, **params) for day in days]
    series = Series(_("Delivered"), "delivered", [counts.rate for counts in days.values()], links)
    marks = _marks(list(days), timeline)
    note = _("Delivered messages as a share of messages with an outcome.")
    if marks:
        note = f"{note} {_('Dotted lines mark days with announcements.')}"
    return Chart(
        "rate", _("Delivery rate, last 30 days"), _("Day"), _labels(days), [series], kind="line", unit="percent",
        unfinished=len(days) - 1, note=note, marks=marks, marks_title=_("Announcements"),
    )  # fmt: skip


def outcomes_by_day(days: dict[date, Counts], channel: str) -> Chart:
    """A number's outbound messages by day and outcome, and its inbound messages."""

    def series(label: str, colour: str, statuses: tuple[Status, ...]) -> Series:
        links = [log_of(day, *statuses, channel=channel) for day in days]
        return Series(label, colour, [counts.of(*statuses) for counts in days.values()], links)

    received = Series(
        _("Received"), "received", [counts.received for counts in days.values()],
        [log_of(day, channel=channel, direction=Direction.INBOUND) for day in days],
    )  # fmt: skip
    bars = [series(_("Delivered"), "delivered", ARRIVED), series(_("Not delivered"), "undelivered", LOST), received]
    return Chart("outcomes", _("Messages, last 30 days"), _("Day"), _labels(days), bars, unfinished=len(days) - 1)


def log_of(day: date, *statuses: str, **params: str) -> str:
    """The log's address for a day."""
    filters = [*params.items(), *(("status", str(status)) for status in statuses), ("from", day.isoformat()),
              ("to", day.isoformat())]  # fmt: skip
    return f"{reverse('log:log')}?{urlencode(filters)}"


def _marks(days: Sequence[date], timeline: Iterable[ChangeEntry]) -> list[Mark]:
    """The announcements on these days, oldest first, in the reader's time zone."""
    places = {day: n for n, day in enumerate(days)}
    entries = sorted(timeline, key=lambda entry: entry.at)
    return [
        Mark(places[day], entry.title, _sentence(entry), entry.level)
        for entry in entries
        if (day := timezone.localdate(entry.at)) in places
    ]


def _sentence(entry: ChangeEntry) -> str:
    """An announcement on one line: "Status: approved → paused (first pause, 3 hours)"."""
    change = f"{entry.title}: {entry.old} → {entry.new}" if entry.old else f"{entry.title}: {entry.new}"
    return f"{change} ({entry.reason})" if entry.reason else change


def _labels(days: Iterable[date]) -> list[str]:
    return [format_date(day, DAY) for day in days]
