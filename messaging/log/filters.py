"""Criteria of selectors from forms."""

from dataclasses import replace
from zoneinfo import ZoneInfo

from django.utils.translation import gettext

from accounts.models import Account
from accounts.reach import Reach
from messaging.log.forms.log import LogForm, TrafficForm
from messaging.log.selectors.traffic import Counts, TrafficFilter, counts
from messaging.log.words import sentence


def traffic_filter(form: TrafficForm, reach: Reach) -> TrafficFilter:
    """The criteria of the traffic counts, for the dashboard and the log."""
    return TrafficFilter(
        subaccount_ids=reach.ids,
        phone_number_id=form.phone_number_id,
        country=form.cleaned_data.get("country", ""),
        template_ids=form.template_ids,
    )


def log_counts(account: Account, form: LogForm, reach: Reach, zone: ZoneInfo) -> Counts | None:
    """The counts of the log's messages, if the traffic counts support its filters; else None."""
    if not form.is_counted:
        return None
    cleaned = form.cleaned_data
    criteria = replace(
        traffic_filter(form, reach),
        direction=cleaned["direction"],
        statuses=tuple(cleaned["status"]),
        category=cleaned["category"],
        error_code=cleaned["error_code"],
    )
    return counts(account, *form.period.moments(zone), criteria)


def log_sentence(form: LogForm, counted: Counts | None = None) -> str:
    """The log's heading: its counts if given, else the period. The form is valid."""
    if counted is None:
        if form.any_time:
            return gettext("Newest first, any time")
        return gettext("Newest first, %(period)s") % {"period": form.period_words}
    return sentence(counted, form.period.label, rate=not form.cleaned_data["status"])
