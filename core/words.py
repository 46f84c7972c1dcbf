"""Labels in sentences, dates and times, as the language of the page writes them."""

from collections.abc import Sequence
from datetime import date
from typing import TYPE_CHECKING, TypeAlias

from django.utils.dateformat import format as date_format
from django.utils.text import get_text_list
from django.utils.translation import gettext, gettext_lazy, pgettext

if TYPE_CHECKING:
    from django.utils.functional import _StrPromise

Text: TypeAlias = "str | _StrPromise"  # a label, perhaps translated only when the language of the page is known

# Each language may put the parts of a date in its own order, in the letters of Django's `date` filter.
DAY_OF_MONTH = gettext_lazy("j")
DAY = gettext_lazy("j M")
DAY_AND_YEAR = gettext_lazy("j M Y")
WEEKDAY = gettext_lazy("D j M")
WEEKDAY_AND_YEAR = gettext_lazy("D j M Y")
DAY_AND_MINUTE = gettext_lazy("j M H:i")
YEAR_AND_MINUTE = gettext_lazy("j M Y H:i")
YEAR_AND_SECOND = gettext_lazy("j M Y, H:i:s")
MONTH = gettext_lazy("F")
MONTH_AND_YEAR = gettext_lazy("F Y")


def format_date(value: date, pattern: Text) -> str:
    """Write a date or time in one of the patterns above: "12 Nov 2026"."""
    return date_format(value, str(pattern))


def in_sentence(label: Text) -> str:
    """A label as a sentence writes it: "Last 7 days" becomes "last 7 days" in languages with lower case there."""
    text = str(label)
    small = pgettext("how a label begins inside a sentence: lower or same", "lower") == "lower"
    return text[:1].lower() + text[1:] if small else text


def join_or(words: Sequence[Text]) -> str:
    """Alternatives in a sentence: "owner, admin or finance"."""
    return get_text_list([in_sentence(word) for word in words], gettext("or"))


def join_and(words: Sequence[Text]) -> str:
    """A list in a sentence: "owner, admin and finance"."""
    return get_text_list([in_sentence(word) for word in words], gettext("and"))
