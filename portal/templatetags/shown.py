"""How values look to people: times, numbers, money, statuses. One spelling for every page."""

from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django import template
from django.http import QueryDict
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from accounts.enums import Permission
from billing.enums import reason_words
from messaging import words
from messaging.assets.changes import spelled
from messaging.enums import Category, Status
from messaging.models import Message
from messaging.story.causes import Cause
from messaging.story.timeline import diagnosed
from portal.core.countries import country_name
from portal.core.filters import query
from portal.core.money import plain
from portal.core.numbers import masked, whole
from portal.core.words import (
    DAY_AND_MINUTE,
    WEEKDAY,
    WEEKDAY_AND_YEAR,
    YEAR_AND_MINUTE,
    YEAR_AND_SECOND,
    inside,
    said,
)
from portal.core.zones import zone_label

register = template.Library()
register.filter("country_name", country_name)
register.filter("inside", inside)
register.filter("spelled", spelled)
charge_reason = register.filter("charge_reason", reason_words)


_NEVER = SafeString("–")


@register.filter
def moment(value: datetime | None) -> SafeString:
    """A time: "14:03:22" today, "12 Nov 14:03" this year, "12 Nov 2025 14:03" before; in full with zone on hover."""
    if value is None:
        return _NEVER
    local, now = timezone.localtime(value), timezone.localtime()
    if local.date() == now.date():
        short = f"{local:%H:%M:%S}"
    else:
        short = said(local, DAY_AND_MINUTE if local.year == now.year else YEAR_AND_MINUTE)
    full = f"{said(local, YEAR_AND_SECOND)} ({zone_label(value)})"
    return format_html('<time datetime="{}" title="{}" aria-label="{}">{}</time>', local.isoformat(), full, full, short)


@register.filter
def exact(value: datetime | None) -> SafeString | str:
    """A time in full, with the zone on hover: "12 Nov 2026, 14:03:22.123"."""
    if value is None:
        return "–"
    local = timezone.localtime(value)
    split = f".{local.microsecond // 1000:03}" if local.microsecond else ""
    short = said(local, YEAR_AND_SECOND) + split
    return format_html('<time datetime="{}" title="{}">{}</time>', local.isoformat(), zone_label(value), short)


@register.filter
def day(value: date) -> str:
    """A day: "Thu 12 Nov", with the year when it is not this one."""
    return said(value, WEEKDAY if value.year == timezone.localdate().year else WEEKDAY_AND_YEAR)


@register.filter
def count(value: int | None) -> str:
    """A count: 12,480."""
    return "–" if value is None else f"{value:,}"


@register.filter
def percent(value: float | None) -> str:
    """A share: 0.9621 as "96.2 %"; "–" when there is nothing to share."""
    return "–" if value is None else f"{value * 100:.1f}\u00a0%"


@register.filter
def price(amount: Decimal | None) -> str:
    """An amount to the last digit, with the decimals of the rate cards at least: 0.0118, 2.5000."""
    return _("unrated") if amount is None else f"{whole_part(amount)}.{plain(amount, 4).partition('.')[2]}"


def whole_part(amount: Decimal) -> str:
    """The part before the point, in groups of three."""
    return f"{int(amount):,}"


@register.filter
def signed(amount: Decimal, decimals: int = 4) -> SafeString:
    """A difference with its sign, exact on hover; what would round to nothing is written out: "+12.30", "−0.0041"."""
    exactly = plain(abs(amount), decimals)
    text = f"{abs(amount):,.{decimals}f}"
    sign = "+" if amount > 0 else "−" if amount else "±"
    shown = text if Decimal(text.replace(",", "")) or not amount else exactly
    return format_html('<span title="{0}{1}">{0}{2}</span>', sign, exactly, shown)


@register.simple_tag
def total(amount: Decimal, currency: str) -> SafeString:
    """A sum with two decimals, exact on hover: "USD 12.35"."""
    return format_html('<span title="{0} {1}">{0}\u00a0{2}</span>', currency, plain(amount), f"{amount:,.2f}")


@register.simple_tag(takes_context=True)
def msisdn(context: Any, digits: str) -> str:
    """A person's number, masked unless the role may see it."""
    membership = getattr(context.get("request"), "membership", None)
    return whole(digits) if membership and membership.may(Permission.VIEW_NUMBERS) else masked(digits)


@register.filter
def own_number(digits: str) -> str:
    """A number of the business itself: never masked."""
    return whole(digits)


_STATUS_WORDS = {"failed": "undelivered", "accepted": "queued", "error": "undelivered", "ok": "delivered"}
_STATUSES = {"read", "delivered", "undelivered", "rejected", "expired", "sent", "queued", "received"}


@register.filter
def status(value: str) -> SafeString:
    """A dot with a word; a provider's own word is translated where we know it, and shown as it is where not."""
    known = _STATUS_WORDS.get(value, value)
    colour = known if known in _STATUSES else "unknown"
    word = Status(known).label if known in Status.values else known.replace("_", " ").capitalize() or _("Unknown")
    return format_html('<span class="status-word"><i class="dot dot-{}"></i>{}</span>', colour, word)


@register.filter
def error_hint(message: Message) -> str:
    """What a message's error code means, on one line."""
    found = diagnosed(message)
    return found.hint if found else ""


@register.filter
def cause_words(cause: Cause) -> SafeString | str:
    """A finding with its time in it."""
    if cause.at is None:
        return cause.text
    before, after = cause.text.split("{at}", 1)
    return format_html("{}{}{}", before, exact(cause.at), after)


@register.filter
def template_status(value: str) -> str:
    """A template's status as a label: "In appeal"."""
    words = spelled(value)
    return words[:1].upper() + words[1:]


@register.filter
def lookup(mapping: dict[Any, Any], key: Any) -> Any:
    """mapping[key], or None."""
    return mapping.get(key)


@register.filter
def category_name(value: str) -> str:
    """A pricing category in words."""
    if value in Category.values:
        return str(Category(value).label)
    return value.replace("_", " ").replace("-", " ").capitalize()


@register.filter
def page_link(params: QueryDict, place: tuple[str, object]) -> str:
    """The URL query of the same list at another place: ("older", cursor)."""
    return query(params, {place[0]: str(place[1])})


@register.filter
def post_answer(answer: str) -> str:
    """What a post to a client came to, in words."""
    return words.post_answer(answer)
