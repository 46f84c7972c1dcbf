"""The announced start of authentication-international rates of an account's WABAs."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import Account, Waba
from core.countries import country_name
from core.words import DAY_AND_YEAR, format_date
from messaging.log.models import Change
from providers.reading import iso_time, items, mapping, text, unix_time
from providers.vocabulary import Subject

FIELD = "account.auth_intl_price_eligibility_update"
SHOWN_AFTER = timedelta(days=30)  # its start; Meta announces it 30 days before


def international_notices(account: Account) -> list[str]:
    """A sentence for each WABA whose authentication messages abroad cost more soon, or since a month ago."""
    latest: dict[int, Change] = {}
    for change in Change.objects.filter(account=account, subject=Subject.WABA, field=FIELD).order_by("at", "id"):
        latest[change.subject_id] = change
    wabas = Waba.objects.filter(account=account, pk__in=latest).order_by("name")
    return [notice for waba in wabas if (notice := _notice(waba, latest[waba.pk].details, timezone.now()))]


def _notice(waba: Waba, details: dict[str, Any], now: datetime) -> str:
    eligibility = mapping(details.get("auth_international_rate_eligibility"))
    start = _time(eligibility.get("start_time"))
    later = sorted(_later(eligibility), key=lambda each: each[1])
    last = max((at for at in (start, *(at for _country, at in later)) if at), default=None)
    if start is None or last is None or last < now - SHOWN_AFTER:
        return ""
    sentence = _(
        "From %(day)s, authentication messages of %(waba)s to other countries with an authentication-international "
        "rate cost that rate."
    ) % {"day": format_date(start, DAY_AND_YEAR), "waba": waba.name or waba.waba_id}
    exceptions = ", ".join(
        _("%(country)s from %(day)s") % {"country": country_name(country), "day": format_date(at, DAY_AND_YEAR)}
        for country, at in later
    )
    return f"{sentence} " + _("Exceptions: %(exceptions)s.") % {"exceptions": exceptions} if exceptions else sentence


def _later(eligibility: dict[str, Any]) -> Iterator[tuple[str, datetime]]:
    """The countries with a start of their own."""
    for item in items(eligibility.get("exception_countries")):
        if (at := _time(item.get("start_time"))) and (country := text(item.get("country_code"), 2).upper()):
            yield country, at


def _time(value: Any) -> datetime | None:
    for read in (unix_time, iso_time):
        try:
            return read(value)
        except ValueError:
            continue
    return None
