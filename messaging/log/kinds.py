"""Kinds of values that the log is filtered by: how each is read, checked, made canonical, stored and described."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from typing import Any

from django import forms
from django.utils.text import format_lazy
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core.countries import country_choices
from core.forms import INPUT, SELECT, FastDateInput, FastSelect, FastTextInput, MomentField, select
from core.numbers import digits_of, is_number
from core.words import Text

SHORTEST_PREFIX = 6  # digits of a number
SHORTEST_UMID = 8  # hexadecimal digits; the log shows as many

Schema = dict[str, Any]


class Kind:
    """What the kinds have in common. The form's field parses, whether a page, a URL or a JSON body gave the value."""

    blank: Any = ""
    several = False

    @property
    def schema(self) -> Schema:
        """The value as OpenAPI describes it."""
        return {"type": "string", "minLength": 1}

    def field(self, label: Text = "") -> forms.Field:
        """The field that reads the value."""
        raise NotImplementedError

    def page_field(self, label: Text) -> forms.Field:
        """The field on a page."""
        return self.field(label)

    def from_page(self, name: str, value: Any, zone: tzinfo) -> dict[str, Any]:
        """The filters that the field on a page sets."""
        return {name: value}

    def canonical(self, value: Any) -> Any:
        """The one form of a value that can be written in several ways."""
        return value

    def problem(self, value: Any, *, exact_numbers: bool) -> str:
        """Why a canonical value finds nothing, with the remedy; empty when it is fine."""
        return ""

    def dump(self, value: Any) -> Any:
        """A canonical value in JSON."""
        return value

    def load(self, value: Any) -> Any:
        """What `dump` made."""
        return value


@dataclass(frozen=True)
class FreeText(Kind):
    """A text that one types. `attrs` are those of its input."""

    longest: int
    attrs: Mapping[str, Text] = field(default_factory=dict)

    @property
    def schema(self) -> Schema:
        """No longer than what is stored."""
        return {**super().schema, "maxLength": self.longest}

    def field(self, label: Text = "") -> forms.Field:
        """One line."""
        widget = FastTextInput(attrs={**INPUT, **self.attrs})
        return forms.CharField(label=label, required=False, max_length=self.longest, widget=widget)


class Search(FreeText):
    """A phone number, an id or a part of a name."""

    def problem(self, value: str, *, exact_numbers: bool) -> str:
        """A part of a phone number must be long enough to find few."""
        return _too_short(value, exact_numbers) if is_number(value) else ""


class PhoneNumber(FreeText):
    """A phone number, as people write it, or its first digits."""

    def canonical(self, value: str) -> str:
        """Its digits. What is no number stays, so that it never means "all"."""
        return digits_of(value) if is_number(value) else value

    def problem(self, value: str, *, exact_numbers: bool) -> str:
        """Digits, enough of them to find few."""
        if not is_number(value):
            return _("Enter the digits of a phone number with its country code.")
        return _too_short(value, exact_numbers)


def _too_short(text: str, exact_numbers: bool) -> str:
    """Who sees numbers masked gives whole ones, which may be short."""
    if exact_numbers or len(digits_of(text)) >= SHORTEST_PREFIX:
        return ""
    return _("Enter at least the first %(n)d digits of the number.") % {"n": SHORTEST_PREFIX}


class Umid(FreeText):
    """A UMID in any case, with or without hyphens, or its first digits."""

    def canonical(self, value: str) -> str:
        """Lower-case digits without hyphens. What is no UMID stays."""
        return value.replace("-", "").lower() if is_umid(value) else value

    def problem(self, value: str, *, exact_numbers: bool) -> str:
        """All of it, or enough to find one message."""
        if is_umid(value):
            return ""
        return _("Enter the UMID, or at least its first %(n)d digits.") % {"n": SHORTEST_UMID}


def is_umid(text: str) -> bool:
    """Whether a text is a UMID or enough of its first digits."""
    return bool(re.fullmatch(rf"[0-9a-fA-F]{{{SHORTEST_UMID},32}}", text.replace("-", "")))


UMID_HINT = format_lazy(gettext_lazy("Full UMID or its first {n} digits"), n=SHORTEST_UMID)


@dataclass(frozen=True)
class Choice(Kind):
    """One of some words. `every` is how a page names the choice of all."""

    choices: Sequence[tuple[str, Text]]
    every: Text

    @property
    def schema(self) -> Schema:
        """The words."""
        return {"type": "string", "enum": sorted(value for value, _ in self.choices)}

    def field(self, label: Text = "") -> forms.Field:
        """A list."""
        return select(label, self.every, self.choices)


class Several(Kind):
    """Any of some texts. It has no field of its own: people do not type them."""

    blank = ()
    several = True

    def canonical(self, value: Iterable[str]) -> tuple[str, ...]:
        """Each once, in order."""
        return tuple(sorted(set(value)))

    def dump(self, value: tuple[str, ...]) -> list[str]:
        """A list."""
        return list(value)

    def load(self, value: list[str]) -> tuple[str, ...]:
        """The tuple of a list."""
        return tuple(value)


class ChoicesField(forms.MultipleChoiceField):
    """Some of some words; a blank one is none."""

    def to_python(self, value: Any) -> list[str]:
        """The words."""
        return [word for word in super().to_python(value) if word]


@dataclass(frozen=True)
class Choices(Several):
    """Some of some words. `hidden` ones are accepted but not offered on a page."""

    choices: Sequence[tuple[str, Text]]
    hidden: frozenset[str] = frozenset()

    @property
    def schema(self) -> Schema:
        """A list of the words."""
        words = {"type": "string", "enum": sorted(value for value, _ in self.choices)}
        return {"type": "array", "items": words, "minItems": 1}

    def field(self, label: Text = "") -> forms.Field:
        """Check boxes."""
        field = ChoicesField(label=label, required=False, choices=self.choices, widget=forms.CheckboxSelectMultiple)
        field.widget.choices = [choice for choice in self.choices if choice[0] not in self.hidden]
        return field


class CountryField(forms.CharField):
    """A country's two letters in any case; those that have a name are offered."""

    def __init__(self, label: Text, every: Text) -> None:
        super().__init__(label=label, required=False, min_length=2, max_length=2)
        self.choices = [("", every), *country_choices()]
        self.widget = FastSelect(attrs=SELECT, choices=self.choices)

    def to_python(self, value: Any) -> str:
        """Capital letters."""
        return str(super().to_python(value)).upper()


class Country(Kind):
    """A country by its code."""

    @property
    def schema(self) -> Schema:
        """Two letters."""
        return {"type": "string", "minLength": 2, "maxLength": 2}

    def field(self, label: Text = "") -> forms.Field:
        """A list of names."""
        return CountryField(label, gettext_lazy("All countries"))

    def canonical(self, value: str) -> str:
        """Capital letters."""
        return value.upper()


@dataclass(frozen=True)
class WholeNumber(Kind):
    """A whole number that one types; no spinner, as people do not step through codes."""

    highest: int
    example: str
    blank = None

    @property
    def schema(self) -> Schema:
        """Its bounds."""
        return {"type": "integer", "minimum": 0, "maximum": self.highest}

    def field(self, label: Text = "") -> forms.Field:
        """One line."""
        widget = FastTextInput(attrs={**INPUT, "inputmode": "numeric", "placeholder": self.example})
        return forms.IntegerField(label=label, required=False, min_value=0, max_value=self.highest, widget=widget)


@dataclass(frozen=True)
class Moment(Kind):
    """A time. On a page it is the midnight with which a day begins, and the filter named `until` that which ends it."""

    until: str = ""
    blank = None

    @property
    def schema(self) -> Schema:
        """A time with its offset."""
        return {"type": "string", "format": "date-time"}

    def field(self, label: Text = "") -> forms.Field:
        """ISO 8601; without an offset in UTC."""
        return MomentField(label=label, required=False)

    def page_field(self, label: Text) -> forms.Field:
        """A day."""
        return forms.DateField(label=label, required=False, widget=FastDateInput(attrs={**INPUT, "type": "date"}))

    def from_page(self, name: str, value: date | None, zone: tzinfo) -> dict[str, Any]:
        """The day's two midnights."""
        if value is None:
            return {}
        midnights = (datetime.combine(day, time(), zone) for day in (value, value + timedelta(days=1)))
        return dict(zip((name, self.until), midnights, strict=True))

    def canonical(self, value: datetime) -> datetime:
        """The time in UTC."""
        return value.astimezone(UTC)

    def dump(self, value: datetime) -> str:
        """ISO 8601."""
        return value.isoformat()

    def load(self, value: str) -> datetime:
        """The time that is written."""
        return datetime.fromisoformat(value)
