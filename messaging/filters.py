"""From what people choose to what selectors are asked for."""

from zoneinfo import ZoneInfo

from accounts.models import Account
from accounts.selectors import Reach
from messaging.forms import LogForm, TrafficForm
from messaging.selectors.log import LogFilter
from messaging.selectors.traffic import TrafficFilter, traffic
from messaging.words import sentence
from portal.core.forms import lower

_UNCOUNTED = ("q", "country", "template", "error_code")  # the hourly counts do not know them


def traffic_filter(form: TrafficForm, reach: Reach) -> TrafficFilter:
    """What the dashboard counts."""
    return TrafficFilter(subaccount_ids=reach.ids, phone_number_id=form.phone_number_id)


def log_filter(form: LogForm, reach: Reach, zone: ZoneInfo) -> LogFilter:
    """What the log shows."""
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
        error_code=asked["error_code"],
        search=asked["q"],
        exact_numbers=form.exact_numbers,
    )


def log_sentence(account: Account, form: LogForm, reach: Reach, zone: ZoneInfo) -> str:
    """The log's head: counts where the hourly counts can give them (the log is never counted), else the period."""
    if not form.is_valid():
        return ""
    asked = form.cleaned_data
    if form.any_time or any(asked[name] for name in _UNCOUNTED):
        return "Newest first, any time" if form.any_time else f"Newest first, {lower(form.period.label)}"
    chosen = TrafficFilter(
        subaccount_ids=reach.ids,
        phone_number_id=form.phone_number_id,
        direction=asked["direction"],
        statuses=tuple(asked["status"]),
        category=asked["category"],
    )
    total = traffic(account, form.period, zone, chosen).total
    return sentence(total, form.period.label, rate=not asked["status"])
