"""Ranges of days, by name or from one day to another. Both ends are included."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta, tzinfo

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from core.errors import UserError
from core.words import DAY, DAY_AND_YEAR, DAY_OF_MONTH, format_date

CUSTOM = "custom"
LABELS = {
    "today": _("Today"),
    "7d": _("Last 7 days"),
    "14d": _("Last 14 days"),
    "30d": _("Last 30 days"),
    "month": _("This month"),
    "last-month": _("Last month"),
    CUSTOM: _("Custom"),
    "any": _("Any time"),
}
LONGEST = 400  # days
YEARS = range(1970, 2100)  # of days; a midnight around them is a time that every field and zone takes


@dataclass(frozen=True)
class Period:
    """Days from `start` to `end`, both included."""

    name: str
    start: date
    end: date

    @property
    def days(self) -> list[date]:
        """Every day, in order."""
        return [self.start + timedelta(days=n) for n in range((self.end - self.start).days + 1)]

    @property
    def label(self) -> str:
        """Its name on pages: "Last 7 days", "12 Nov 2026" or "1 – 15 Nov 2026"."""
        return format_range(self.start, self.end) if self.name == CUSTOM else str(LABELS[self.name])

    @property
    def before(self) -> "Period":
        """The period to compare with: as many days directly before; for a month, the same days of the month before."""
        if self.name in {"month", "last-month"}:
            former = named_period("last-month", self.start)
            finished = self.name == "last-month"
            end = former.end if finished else min(former.end, former.start + (self.end - self.start))
            return Period(CUSTOM, former.start, end)
        length = self.end - self.start + timedelta(days=1)
        return Period(CUSTOM, self.start - length, self.start - timedelta(days=1))

    def moments(self, zone: tzinfo) -> tuple[datetime, datetime]:
        """From midnight of the first day to midnight after the last (not included), in the zone."""
        after = self.end + timedelta(days=1)
        return datetime.combine(self.start, time(), zone), datetime.combine(after, time(), zone)


def named_period(name: str, today: date) -> Period:
    """The period with a name in `LABELS`. Raises UserError for an unknown name."""
    first = today.replace(day=1)
    if name == "month":
        return Period(name, first, today)
    if name == "last-month":
        end = first - timedelta(days=1)
        return Period(name, end.replace(day=1), end)
    lengths = {"today": 1, "7d": 7, "14d": 14, "30d": 30}
    if name not in lengths:
        raise UserError(gettext("Choose one of the ranges."), field="from")
    return Period(name, today - timedelta(days=lengths[name] - 1), today)


def parse_period(params: Mapping[str, str], today: date, default: str) -> Period:
    """The period in a URL: `range` if it names one, else `from` and `to`, else the default. Raises UserError."""
    start, end, name = params.get("from", ""), params.get("to", ""), params.get("range", "")
    if name and name != CUSTOM:  # a form also sends its empty or former dates
        return named_period(name, today)
    if not start and not end:
        return named_period(default, today)
    try:
        last = date.fromisoformat(end) if end else today
        first = date.fromisoformat(start) if start else last
    except ValueError:
        raise UserError(gettext("Enter dates as 2026-11-30."), field="from") from None
    check_years(first, last, field="from")
    if first > last:
        raise UserError(gettext("The first day is after the last."), field="from")
    if (last - first).days >= LONGEST:
        raise UserError(gettext("Choose at most %(n)d days.") % {"n": LONGEST}, field="from")
    return Period(CUSTOM, first, last)


def check_years(*days: date | None, field: str) -> None:
    """Raise UserError, naming the field, for a day or time that is out of the years of use."""
    if any(day is not None and day.year not in YEARS for day in days):
        raise UserError(years_problem(), field=field)


def years_problem() -> str:
    """What is wrong with a day or time that is out of the years of use, with the remedy."""
    return gettext("Enter a year from %(first)d to %(last)d.") % {"first": YEARS[0], "last": YEARS[-1]}


def format_range(start: date, end: date) -> str:
    """Write a range of days: "1 – 15 Nov 2026"."""
    last = format_date(end, DAY_AND_YEAR)
    if start == end:
        return last
    if start.year != end.year:
        return f"{format_date(start, DAY_AND_YEAR)} – {last}"
    if start.month != end.month:
        return f"{format_date(start, DAY)} – {last}"
    return f"{format_date(start, DAY_OF_MONTH)} – {last}"
