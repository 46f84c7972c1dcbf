"""From what people choose to what selectors are asked for."""

from dataclasses import replace
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from django.utils.translation import gettext

from accounts.models import Account
from accounts.reach import Reach
from messaging.log.forms.log import LogForm, TrafficForm
from messaging.log.selectors.matching import LogFilter, Span
from messaging.log.selectors.traffic import Counts, TrafficFilter, counts
from messaging.log.words import sentence

_COUNTED = frozenset({
    "direction", "status", "category", "subaccount", "channel", "country", "template", "error_code", "range", "from",
    "to", "live",
})  # fmt: skip


def traffic_filter(form: TrafficForm, reach: Reach) -> TrafficFilter:
    """What the dashboard counts, and the log where it can be counted."""
    return TrafficFilter(
        subaccount_ids=reach.ids,
        phone_number_id=form.phone_number_id,
        country=form.cleaned_data.get("country", ""),
        template_ids=form.template_ids,
    )


def log_filter(form: LogForm, reach: Reach, zone: ZoneInfo) -> LogFilter:
    """What the log shows. The form is valid."""
    start, end = (None, None) if form.any_time else form.period.moments(zone)
    asked = form.cleaned_data
    return LogFilter(
        start=start,
        end=end,
        subaccount_ids=reach.ids,
        phone_number_id=form.phone_number_id,
        direction=asked["direction"],
        statuses=tuple(asked["status"]),
        country=asked["country"],
        category=asked["category"],
        template=asked["template"],
        source_category=asked["source_category"],
        source_name=asked["source_name"],
        recipient_type=asked["recipient_type"],
        response_code=asked["response_code"],
        error_code=asked["error_code"],
        umid=asked["umid"],
        msisdn=asked["msisdn"],
        sending=asked["sending"],
        sent=_day(asked["sent"], zone),
        read=_day(asked["read"], zone),
        search=asked["q"],
        exact_numbers=form.exact_numbers,
    )


def _day(day: date | None, zone: ZoneInfo) -> Span | None:
    if day is None:
        return None
    return datetime.combine(day, time(), zone), datetime.combine(day + timedelta(days=1), time(), zone)


def is_counted(form: LogForm) -> bool:
    """Whether the counts can say how many messages the log would show: it is never counted itself."""
    asked = form.cleaned_data.items()
    return not form.any_time and not any(value not in {None, ""} for name, value in asked if name not in _COUNTED)


def log_counts(account: Account, form: LogForm, reach: Reach, zone: ZoneInfo) -> Counts | None:
    """How many messages the log would show, where the counts can say it; else None."""
    if not is_counted(form):
        return None
    asked = form.cleaned_data
    chosen = replace(
        traffic_filter(form, reach),
        direction=asked["direction"],
        statuses=tuple(asked["status"]),
        category=asked["category"],
        error_code=asked["error_code"],
    )
    return counts(account, *form.period.moments(zone), chosen)


def log_sentence(form: LogForm, counted: Counts | None = None) -> str:
    """The log's head: its counts where they are given, else the period. The form is valid."""
    if counted is None:
        if form.any_time:
            return gettext("Newest first, any time")
        return gettext("Newest first, %(period)s") % {"period": form.period_words}
    return sentence(counted, form.period.label, rate=not form.cleaned_data["status"])
