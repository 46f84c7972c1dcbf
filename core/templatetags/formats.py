"""Template filters for times, counts and money, the same on every page."""

from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django import template
from django.http import QueryDict
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from core.countries import country_name
from core.filters import query
from core.money import plain
from core.numbers import format_number
from core.words import (
    DAY_AND_MINUTE,
    WEEKDAY,
    WEEKDAY_AND_YEAR,
    YEAR_AND_MINUTE,
    YEAR_AND_SECOND,
    format_date,
    in_sentence,
)
from core.zones import zone_label

register = template.Library()
register.filter("country_name", country_name)
register.filter("in_sentence", in_sentence)


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
        short = format_date(local, DAY_AND_MINUTE if local.year == now.year else YEAR_AND_MINUTE)
    full = f"{format_date(local, YEAR_AND_SECOND)} ({zone_label(value)})"
    return format_html('<time datetime="{}" title="{}" aria-label="{}">{}</time>', local.isoformat(), full, full, short)


@register.filter
def exact(value: datetime | None) -> SafeString | str:
    """A time in full, with the zone on hover: "12 Nov 2026, 14:03:22.123"."""
    if value is None:
        return "–"
    local = timezone.localtime(value)
    milliseconds = f".{local.microsecond // 1000:03}" if local.microsecond else ""
    short = format_date(local, YEAR_AND_SECOND) + milliseconds
    return format_html('<time datetime="{}" title="{}">{}</time>', local.isoformat(), zone_label(value), short)


@register.filter
def day(value: date) -> str:
    """A day: "Thu 12 Nov", with the year unless it is the current one."""
    return format_date(value, WEEKDAY if value.year == timezone.localdate().year else WEEKDAY_AND_YEAR)


@register.filter
def count(value: int | None) -> str:
    """A count: 12,480."""
    return "–" if value is None else f"{value:,}"


@register.filter
def percent(value: float | None) -> str:
    """A share: 0.9621 as "96.2 %"; "–" without a value."""
    return "–" if value is None else f"{value * 100:.1f}\u00a0%"


@register.filter
def price(amount: Decimal | None) -> str:
    """An exact amount with at least four decimals, as in rate cards: 0.0118, 2.5000."""
    return _("unrated") if amount is None else f"{integer_part(amount)}.{plain(amount, 4).partition('.')[2]}"


def integer_part(amount: Decimal) -> str:
    """The digits before the decimal point, in groups of three."""
    return f"{int(amount):,}"


@register.filter
def signed(amount: Decimal, decimals: int = 4) -> SafeString:
    """A difference with its sign, exact on hover; one that would round to zero is not rounded: "+12.30", "−0.0041"."""
    exact_text = plain(abs(amount), decimals)
    text = f"{abs(amount):,.{decimals}f}"
    sign = "+" if amount > 0 else "−" if amount else "±"
    short = text if Decimal(text.replace(",", "")) or not amount else exact_text
    return format_html('<span title="{0}{1}">{0}{2}</span>', sign, exact_text, short)


@register.simple_tag
def total(amount: Decimal, currency: str) -> SafeString:
    """A sum with two decimals, exact on hover: "USD 12.35"."""
    return format_html('<span title="{0} {1}">{0}\u00a0{2}</span>', currency, plain(amount), f"{amount:,.2f}")


@register.filter
def own_number(digits: str) -> str:
    """A phone number of the business: never masked."""
    return format_number(digits)


@register.filter
def lookup(mapping: dict[Any, Any], key: Any) -> Any:
    """mapping[key], or None."""
    return mapping.get(key)


@register.filter
def page_link(params: QueryDict, cursor_param: tuple[str, object]) -> str:
    """The URL query of another page of the same list: ("older", cursor)."""
    return query(params, {cursor_param[0]: str(cursor_param[1])})
