"""The base of filter bars: the period, the subaccount, and the active filters as pills. And fast form widgets."""

from collections.abc import Iterable, Mapping
from datetime import date
from functools import lru_cache
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.forms.utils import flatatt
from django.http import QueryDict
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext_lazy as _
from django_filters.fields import IsoDateTimeField

from core.errors import UserError
from core.filters import Pill, pills, query
from core.periods import LABELS, YEARS, Period, named_period, parse_period, years_problem
from core.words import Text, in_sentence

SELECT = {"class": "form-select form-select-sm"}
INPUT = {"class": "form-control form-control-sm"}


def show_error(form: forms.BaseForm, error: UserError) -> None:
    """Show an error at its field, or above the form if it has no such field."""
    form.add_error(error.field if error.field in form.fields else None, str(error))


class FastSelect(forms.Select):
    """A plain list. Django renders each option with two templates, which makes a list of countries slow."""

    def render(self, name: str, value: Any, attrs: dict[str, Any] | None = None, renderer: Any = None) -> SafeString:
        """The list with its options. Options have no groups and no attributes."""
        selected = set(self.format_value(value))
        options = "".join(_option(str(each), str(label), str(each) in selected) for each, label in self.choices)
        attributes = self.build_attrs(self.attrs, {"name": name, **(attrs or {})})
        return mark_safe(f"<select{flatatt(attributes)}>{options}</select>")  # noqa: S308 - of escaped parts


@lru_cache(maxsize=10_000)
def _option(value: str, label: str, selected: bool) -> SafeString:
    """One option; cached, because every page has the same countries."""
    return format_html('<option value="{}"{}>{}</option>', value, mark_safe(" selected") if selected else "", label)


class _FastInput:
    """An input rendered without a template, for the same reason."""

    def render(self, name: str, value: Any, attrs: dict[str, Any] | None = None, renderer: Any = None) -> SafeString:
        """The input with its value and attributes."""
        widget = self.get_context(name, value, attrs)["widget"]  # type: ignore[attr-defined] # of forms.Input
        value_attribute = {} if widget["value"] is None else {"value": widget["value"]}
        return format_html(
            "<input{}>", flatatt({"type": widget["type"], "name": name, **value_attribute, **widget["attrs"]})
        )


class FastTextInput(_FastInput, forms.TextInput):
    """A line of text."""


class FastDateInput(_FastInput, forms.DateInput):
    """A day."""


def select(label: Text, every: Text, choices: Iterable[tuple[str, Text]]) -> forms.ChoiceField:
    """A list with at most one selected choice; `every` labels the empty choice, which means all."""
    widget = FastSelect(attrs=SELECT)
    return forms.ChoiceField(label=label, required=False, choices=[("", every), *choices], widget=widget)


class MomentField(IsoDateTimeField):
    """A time that the database and every zone can represent: 9999-12-31T23:59-23:59 has no equivalent in UTC."""

    def clean(self, value: Any) -> Any:
        """The time; None if there is none. Raises ValidationError."""
        moment = super().clean(value)
        if moment is not None and not 1970 <= moment.year <= 2100:
            raise ValidationError(_("Enter a time between 1970 and 2100."), code="range")
        return moment


class DayField(forms.DateField):
    """A day whose midnights every zone can represent."""

    def clean(self, value: Any) -> Any:
        """The day; None if there is none. Raises ValidationError."""
        day = super().clean(value)
        if day is not None and day.year not in YEARS:
            raise ValidationError(years_problem(), code="range")
        return day


def clean_params(params: QueryDict) -> QueryDict:
    """The parameters without white space around values and without blank repetitions: a blank one is no filter."""
    result = params.copy()
    for name, values in params.lists():
        result.setlist(name, [stripped for value in values if (stripped := value.strip())] or [""])
    return result


class PlainFilterForm(forms.Form):
    """A filter bar without a period. It reads the URL and never raises."""

    def __init__(self, params: QueryDict) -> None:
        self.params = clean_params(params)
        super().__init__(self.params)

    @property
    def pills(self) -> list[Pill]:
        """One pill for each active filter."""
        active: dict[str, tuple[Text, Text]] = {}
        for name, field in self.fields.items():
            if self.cleaned_data.get(name):
                value = self.params[name]
                active[name] = (str(field.label), str(dict(getattr(field, "choices", ())).get(value, value)))
        return pills(self.params, active)

    @property
    def query_without_filters(self) -> str:
        """The URL query of the page without any filter."""
        return query(QueryDict())


class FilterForm(forms.Form):
    """A filter bar. It reads the URL and never raises; `period` and `pills` work even if it is invalid."""

    periods: tuple[str, ...] = ("today", "7d", "14d", "30d", "custom")
    default_period = "7d"
    object_fields: tuple[str, ...] = ()  # they name objects of the account: an unknown value is 404, not an error

    def __init__(self, params: QueryDict, *, today: date, subaccounts: Mapping[str, str]) -> None:
        """`subaccounts` maps the codes a person may see to names."""
        self.params, self.today = clean_params(params), today
        data = self.params.copy()
        data["range"] = self._range_name()
        super().__init__(data)
        self.fields["range"] = forms.ChoiceField(
            label=_("Period"), choices=[(name, LABELS[name]) for name in self.periods], widget=FastSelect(attrs=SELECT)
        )
        for name, label in (("from", _("From")), ("to", _("To"))):
            self.fields[name] = forms.CharField(
                label=label, required=False, widget=FastDateInput(attrs={**INPUT, "type": "date"})
            )
        self.fields["subaccount"] = select(_("Subaccount"), _("All subaccounts"), subaccounts.items())
        self.period = named_period(self.default_period, today)

    def _range_name(self) -> str:
        name = self.params.get("range")
        if name and name != "custom":
            return name
        return "custom" if self.params.get("from") or self.params.get("to") else self.default_period

    def clean(self) -> dict[str, Any]:
        """Read the period; an invalid one is an error at "from", and the default applies."""
        try:
            self.period = parse_period(self.params, self.today, self.default_period)
        except UserError as error:
            show_error(self, error)
        return self.cleaned_data

    @property
    def unknown_object(self) -> bool:
        """Whether the URL names an object that the account does not have."""
        return any(name in self.errors for name in self.object_fields)

    @property
    def pills(self) -> list[Pill]:
        """One pill for each filter that is not at its default."""
        active: dict[str, tuple[Text, Text]] = {}
        if self.period.name != self.default_period:
            active["range"] = (_("Period"), self.period.label)
        for name, field in self.fields.items():
            value = self.cleaned_data.get(name)
            if value and name not in {"range", "from", "to"} and not isinstance(value, list):
                choices = dict(getattr(field, "choices", ()))
                active[name] = (str(field.label), str(choices.get(value, value)))
        return pills(self.params, active)

    @property
    def period_words(self) -> str:
        """The period inside a sentence: "last 7 days"."""
        return in_sentence(self.period.label)

    @property
    def query_without_filters(self) -> str:
        """The URL query of the page without any filter."""
        return query(QueryDict(mutable=True), {"subaccount": ""})

    def span(self) -> dict[str, str]:
        """The period as first and last day, for a page where its name means another period."""
        return {"from": self.period.start.isoformat(), "to": self.period.end.isoformat()}

    def period_params(self) -> dict[str, str]:
        """The period as parameters for another page's URL."""
        period: Period = self.period
        if period.name == "custom":
            return {"from": period.start.isoformat(), "to": period.end.isoformat()}
        return {"range": period.name}


class UnlimitedFilterForm(FilterForm):
    """A filter bar whose period can be any time."""

    periods = ("today", "7d", "30d", "month", "last-month", "any", "custom")
    default_period = "30d"

    @property
    def any_time(self) -> bool:
        """Whether no period limits the rows."""
        return self._range_name() == "any"

    def clean(self) -> dict[str, Any]:
        """Validate the period, if there is one."""
        return self.cleaned_data if self.any_time else super().clean()

    @property
    def pills(self) -> list[Pill]:
        """The pills of the form, and one for an unlimited period."""
        any_time = (
            [Pill("range", _("Period"), _("Any time"), query(self.params, drop=("range",)))] if self.any_time else []
        )
        return any_time + super().pills
