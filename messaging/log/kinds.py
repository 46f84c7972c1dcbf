"""Kinds of filter values: how each is parsed, checked, normalised, stored and described."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from typing import Any
from uuid import UUID

from django import forms
from django.utils.text import format_lazy
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core.countries import country_choices
from core.forms import INPUT, SELECT, DayField, FastDateInput, FastSelect, FastTextInput, MomentField, select
from core.numbers import decimals, digits_of, is_number
from core.words import Text
from providers.reading import user_id, username

SHORTEST_PREFIX = 6  # digits of a number
SHORTEST_END = 4
SHORTEST_NUMBER = 7  # digits of a complete number
SHORTEST_UMID = 8  # hexadecimal digits; the log shows as many

Schema = dict[str, Any]


class ValueKind:
    """The base of all kinds. The form's field parses values of pages, URLs and JSON bodies alike."""

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
        """The canonical form of a value."""
        return value

    def problem(self, value: Any, *, masked_numbers: bool) -> str:
        """Why a canonical value is refused, with the remedy; empty when it is valid."""
        return ""

    def dump(self, value: Any) -> Any:
        """A canonical value in JSON."""
        return value

    def load(self, value: Any) -> Any:
        """The value that `dump` wrote."""
        return value


@dataclass(frozen=True)
class FreeText(ValueKind):
    """A typed text. `attrs` are the input's attributes."""

    longest: int
    attrs: Mapping[str, Text] = field(default_factory=dict)

    @property
    def schema(self) -> Schema:
        """A string with a maximum length."""
        return {**super().schema, "maxLength": self.longest}

    def field(self, label: Text = "") -> forms.Field:
        """One line."""
        widget = FastTextInput(attrs={**INPUT, **self.attrs})
        return forms.CharField(label=label, required=False, max_length=self.longest, widget=widget)


class Search(FreeText):
    """A phone number, an id or a part of a name."""

    def problem(self, value: str, *, masked_numbers: bool) -> str:
        """Refuse a person's number or id without the permission to see it, and a number with too few digits."""
        text = value.strip()
        if masked_numbers and (is_number(text) or text.startswith("@") or user_id(text)):
            return needs_whole_numbers()
        return _too_short(value) if is_number(value) else ""


class PhoneNumberText(FreeText):
    """A phone number, as people write it, or its first digits."""

    def canonical(self, value: str) -> str:
        """Its digits. Any other text is unchanged, so that it never means "all"."""
        return digits_of(value) if is_number(value) else value

    def problem(self, value: str, *, masked_numbers: bool) -> str:
        """Require a minimum number of digits, and the permission to see numbers."""
        if masked_numbers:
            return needs_whole_numbers()
        if not is_number(value):
            return _("Enter the digits of a phone number with its country code.")
        return _too_short(value)


def needs_whole_numbers() -> str:
    """The problem of a person's number or id from somebody who sees masked ones: trying numbers would reveal them."""
    return _(
        "Searching by a person’s number, user id or username requires the permission to see full phone numbers "
        "(msisdn:read): open one of their messages and choose “All messages with this person”, or enter its full UMID "
        "as the person."
    )


def _too_short(text: str) -> str:
    if len(digits_of(text)) >= SHORTEST_PREFIX:
        return ""
    return _("Enter at least the first %(n)d digits of the number.") % {"n": SHORTEST_PREFIX}


class LastDigits(FreeText):
    """The last digits of a phone number."""

    def canonical(self, value: str) -> str:
        """The digits, also zeros at their start. Any other text is unchanged."""
        return decimals(value) if is_number(value) else value

    def problem(self, value: str, *, masked_numbers: bool) -> str:
        """Require a minimum number of digits, and the permission to see numbers."""
        if masked_numbers:
            return needs_whole_numbers()
        if is_number(value) and value.isdecimal() and len(value) >= SHORTEST_END:
            return ""
        return _("Enter at least the last %(n)d digits of the number.") % {"n": SHORTEST_END}


class PersonText(FreeText):
    """A phone number, a user id, a parent id, a username, or the UMID of a message with the person."""

    def canonical(self, value: str) -> str:
        """The text without spaces around it."""
        return value.strip()

    def problem(self, value: str, *, masked_numbers: bool) -> str:
        """Refuse what identifies nobody; without the permission to see numbers, all but the UMID of a message."""
        if masked_numbers:
            return "" if is_full_umid(value) else needs_whole_numbers()
        if is_number(value):
            is_complete = len(digits_of(value)) >= SHORTEST_NUMBER
            return "" if is_complete else _("Enter the complete number with its country code, such as +65 9123 4567.")
        if user_id(value) or username(value) or is_umid(value):
            return ""
        return _(
            "Enter a phone number with its country code, a user id such as US.13491208655302741918, or a username."
        )


class UserId(FreeText):
    """A provider's id of a person."""

    def problem(self, value: str, *, masked_numbers: bool) -> str:
        """Require the permission to see numbers."""
        return needs_whole_numbers() if masked_numbers else ""


class Umid(FreeText):
    """A UMID in any case, with or without hyphens, or its first digits."""

    def canonical(self, value: str) -> str:
        """Lower-case digits without hyphens. Any other text is unchanged."""
        return value.replace("-", "").lower() if is_umid(value) else value

    def problem(self, value: str, *, masked_numbers: bool) -> str:
        """Require a complete UMID or a minimum of digits."""
        if is_umid(value):
            return ""
        return _("Enter the UMID, or at least its first %(n)d digits.") % {"n": SHORTEST_UMID}


def is_umid(text: str) -> bool:
    """Whether a text is a UMID or enough of its first digits."""
    return bool(re.fullmatch(rf"[0-9a-fA-F]{{{SHORTEST_UMID},32}}", text.replace("-", "")))


def is_full_umid(text: str) -> bool:
    """Whether a text is a complete UMID with its hyphens, as the log shows it."""
    return is_umid(text) and len(text) == len(str(UUID(int=0)))


PERSON_HINT = gettext_lazy("UMID of a message with the person")  # where numbers are masked
UMID_HINT = format_lazy(gettext_lazy("Full UMID or its first {n} digits"), n=SHORTEST_UMID)


@dataclass(frozen=True)
class Choice(ValueKind):
    """One of some values. `every` is the page's label for all values."""

    choices: Sequence[tuple[str, Text]]
    every: Text

    @property
    def schema(self) -> Schema:
        """The words."""
        return {"type": "string", "enum": sorted(value for value, _ in self.choices)}

    def field(self, label: Text = "") -> forms.Field:
        """A list."""
        return select(label, self.every, self.choices)


class TextList(ValueKind):
    """A list of texts. It has no field, because people do not type it."""

    blank = ()
    several = True

    def canonical(self, value: Iterable[str]) -> tuple[str, ...]:
        """Sorted, without repetitions."""
        return tuple(sorted(set(value)))

    def dump(self, value: tuple[str, ...]) -> list[str]:
        """A list."""
        return list(value)

    def load(self, value: list[str]) -> tuple[str, ...]:
        """The tuple of a list."""
        return tuple(value)


class ChoicesField(forms.MultipleChoiceField):
    """Several of some values; a blank one is ignored."""

    def to_python(self, value: Any) -> list[str]:
        """The words."""
        return [word for word in super().to_python(value) if word]


@dataclass(frozen=True)
class ChoiceList(TextList):
    """Several of some values. `hidden` ones are accepted but not offered on a page."""

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
    """A country's two letters in any case; named countries are offered."""

    def __init__(self, label: Text, every: Text) -> None:
        super().__init__(label=label, required=False, min_length=2, max_length=2)
        self.choices = [("", every), *country_choices()]
        self.widget = FastSelect(attrs=SELECT, choices=self.choices)

    def to_python(self, value: Any) -> str:
        """Capital letters."""
        return str(super().to_python(value)).upper()


class Country(ValueKind):
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
class WholeNumber(ValueKind):
    """A typed whole number, without a spinner, because people do not step through codes."""

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
class Moment(ValueKind):
    """A time. On a page it is the midnight that begins a day, and for the filter named `until` the one that ends it."""

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
        return DayField(label=label, required=False, widget=FastDateInput(attrs={**INPUT, "type": "date"}))

    def from_page(self, name: str, value: date | None, zone: tzinfo) -> dict[str, Any]:
        """The day's two midnights."""
        if value is None:
            return {}
        next_day = value + timedelta(days=1)
        return {name: datetime.combine(value, time(), zone), self.until: datetime.combine(next_day, time(), zone)}

    def canonical(self, value: datetime) -> datetime:
        """The time in UTC."""
        return value.astimezone(UTC)

    def dump(self, value: datetime) -> str:
        """ISO 8601."""
        return value.isoformat()

    def load(self, value: str) -> datetime:
        """The time that is written."""
        return datetime.fromisoformat(value)
