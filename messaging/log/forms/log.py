"""Filter bars of messaging's pages and the dashboard."""

from collections.abc import Iterable
from typing import Any

from django import forms
from django.http import QueryDict
from django.utils.text import format_lazy
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core.countries import country_choices
from core.filters import PAGING, Pill, pills, query
from core.forms import INPUT, FilterForm, QuickDate, QuickText, select
from core.numbers import whole
from core.words import Text
from messaging.log.enums import SourceCategory, Status, SubmissionState
from messaging.log.models import PhoneNumber, Template
from messaging.log.selectors.matching import SHORTEST_PREFIX, SHORTEST_UMID, digits_of, is_number, is_umid
from providers.vocabulary import Category, Direction, Quality, TemplateStatus

STATUSES = [choice for choice in Status.choices if choice[0] != Status.UNKNOWN]
SENDING = [(SubmissionState.UNCERTAIN.value, gettext_lazy("Uncertain: no answer came"))]
_MORE = (
    "subaccount", "channel", "country", "msisdn", "umid", "category", "template", "source_category",
    "source_name", "recipient_type", "response_code", "error_code", "sending", "sent", "read",
)  # fmt: skip
_TEMPLATE_CATEGORIES = (
    ("marketing", gettext_lazy("Marketing")),
    ("utility", gettext_lazy("Utility")),
    ("authentication", gettext_lazy("Authentication")),
)
SEEN = "seen"  # the parameter with which a live log says what it shows
_FINDS_FEW = ("q", "umid", "msisdn", "sending", "sent", "read")  # so few that all time is searched


def text_field(label: Text, longest: int, **attrs: Text) -> forms.CharField:
    """A filter one types."""
    return forms.CharField(label=label, required=False, max_length=longest, widget=QuickText(attrs={**INPUT, **attrs}))


def code_field(label: Text, highest: int, example: str) -> forms.IntegerField:
    """A whole number that one types; no spinner, as nobody counts codes up."""
    attrs = {**INPUT, "inputmode": "numeric", "placeholder": example}
    return forms.IntegerField(
        label=label, required=False, min_value=0, max_value=highest, widget=QuickText(attrs=attrs)
    )


def day_field(label: Text) -> forms.DateField:
    """One day."""
    return forms.DateField(label=label, required=False, widget=QuickDate(attrs={**INPUT, "type": "date"}))


class TrafficForm(FilterForm):
    """Period, subaccount, channel, country and template."""

    periods: tuple[str, ...] = ("today", "7d", "14d", "30d", "month", "last-month", "custom")
    foreign = ("channel",)

    def __init__(
        self, *args: Any, channels: Iterable[PhoneNumber], templates: Iterable[Template], **kwargs: Any
    ) -> None:
        """`channels` and `templates` are those the person may see."""
        super().__init__(*args, **kwargs)
        self._channels = {number.provider_number_id: number for number in channels}
        named = [(pk, f"{number.display_name} {whole(number.msisdn)}".strip()) for pk, number in self._channels.items()]
        self._templates: dict[str, list[int]] = {}
        for template in templates:
            self._templates.setdefault(template.name, []).append(template.pk)
        self.fields["channel"] = select(_("Channel"), _("All channels"), named)
        self.fields["country"] = select(_("Country"), _("All countries"), country_choices())
        self.fields["template"] = select(_("Template"), _("All templates"), [(name, name) for name in self._templates])

    @property
    def phone_number_id(self) -> int | None:
        """The chosen channel's number."""
        number = self._channels.get(self.cleaned_data.get("channel", ""))
        return number.pk if number else None

    @property
    def template_ids(self) -> list[int] | None:
        """Those of the chosen name; None: all templates."""
        return self._templates.get(self.cleaned_data.get("template", ""))


class LogForm(TrafficForm):
    """Everything the log can be asked for: a field for each column."""

    periods = ("today", "7d", "14d", "30d", "month", "last-month", "any", "custom")

    q = text_field(
        gettext_lazy("Search"), 512, type="search", placeholder=gettext_lazy("Number, UMID or name"), autocomplete="off"
    )
    status = forms.MultipleChoiceField(
        label=gettext_lazy("Status"), required=False, choices=STATUSES, widget=forms.CheckboxSelectMultiple
    )
    live = forms.BooleanField(label=gettext_lazy("Live"), required=False)
    msisdn = text_field(gettext_lazy("Phone number"), 24, inputmode="tel", placeholder="+65 9123 4567")
    umid = text_field(
        "UMID", 36, placeholder=format_lazy(gettext_lazy("All of it, or its first {n} digits"), n=SHORTEST_UMID)
    )
    source_name = text_field(gettext_lazy("Name"), 128, placeholder=gettext_lazy("Of campaign or bot, or a part"))
    recipient_type = text_field(gettext_lazy("Recipient type"), 32)
    response_code = code_field(gettext_lazy("Response code"), 999, "200")
    error_code = code_field(gettext_lazy("Error code"), 2_147_483_647, "131049")
    sent = day_field(gettext_lazy("Sent on"))
    read = day_field(gettext_lazy("Read on"))

    def __init__(self, *args: Any, exact_numbers: bool, **kwargs: Any) -> None:
        """`exact_numbers` is for those who may not see whole numbers, hence not guess them."""
        super().__init__(*args, **kwargs)
        self.exact_numbers = exact_numbers
        self.fields["direction"] = select(_("Direction"), _("In and out"), Direction.choices)
        self.fields["category"] = select(_("Category"), _("All categories"), Category.choices)
        self.fields["sending"] = select(_("Sending"), _("However it went"), SENDING)
        self.fields["source_category"] = select(_("Source"), _("All sources"), SourceCategory.choices)

    def clean_q(self) -> str:
        """A part of a phone number must be long enough to find few."""
        text: str = self.cleaned_data["q"]
        return self._long_enough(text) if is_number(text) else text

    def clean_msisdn(self) -> str:
        """Digits, enough of them to find few."""
        text: str = self.cleaned_data["msisdn"]
        if text and not is_number(text):
            raise forms.ValidationError(_("Write the digits of a phone number with its country code."))
        return self._long_enough(text)

    def _long_enough(self, text: str) -> str:
        if text and not self.exact_numbers and len(digits_of(text)) < SHORTEST_PREFIX:
            raise forms.ValidationError(
                _("Write at least the first %(n)d digits of the number.") % {"n": SHORTEST_PREFIX}
            )
        return text

    def clean_umid(self) -> str:
        """A UMID, or enough of it to find one message."""
        text: str = self.cleaned_data["umid"]
        if text and not is_umid(text):
            raise forms.ValidationError(_("Write the UMID, or at least its first %(n)d digits.") % {"n": SHORTEST_UMID})
        return text

    @property
    def more_fields(self) -> list[forms.BoundField]:
        """What stands behind "More filters"."""
        return [self[name] for name in _MORE]

    @property
    def more_chosen(self) -> int:
        """How many of them are in use."""
        return sum(bool(self.params.get(name)) for name in _MORE)

    @property
    def any_time(self) -> bool:
        """Whether no period limits the rows: asked for, or a filter that finds few and names none."""
        return self._range_name() == "any"

    def _range_name(self) -> str:
        named = any(self.params.get(name) for name in ("range", "from", "to"))
        return "any" if not named and any(self.params.get(name) for name in _FINDS_FEW) else super()._range_name()

    def clean(self) -> dict[str, Any]:
        """As everywhere, when there is a period."""
        return self.cleaned_data if self.any_time else super().clean()

    @property
    def pills(self) -> list[Pill]:
        """As everywhere, and one for each status. Whether the log is live is no filter."""
        shown = [pill for pill in super().pills if pill.label != _("Live")]
        if self.params.get("range") == "any":
            shown.append(Pill("range", _("Period"), _("Any time"), query(self.params, drop=("range",))))
        statuses = self.cleaned_data.get("status") or []
        for status in statuses:
            params = self.params.copy()
            params.setlist("status", [other for other in statuses if other != status])
            shown.append(Pill("status", _("Status"), Status(status).label, query(params)))
        return shown

    @property
    def saved_query(self) -> str:
        """The filters as a URL query that leads to the first page; without what a live log says of itself."""
        return query(self.params, drop=(SEEN,))


class TemplateForm(forms.Form):
    """Which templates to list; it reads the URL and never raises."""

    q = text_field(gettext_lazy("Search"), 512, type="search", placeholder=gettext_lazy("Name"), autocomplete="off")

    def __init__(self, params: QueryDict, *, languages: Iterable[str]) -> None:
        super().__init__(params)
        self.params = params
        self.fields["status"] = select(_("Status"), _("All statuses"), TemplateStatus.choices)
        self.fields["category"] = select(_("Category"), _("All categories"), _TEMPLATE_CATEGORIES)
        self.fields["quality"] = select(_("Quality"), _("All qualities"), Quality.choices)
        self.fields["language"] = select(_("Language"), _("All languages"), [(code, code) for code in languages])

    @property
    def pills(self) -> list[Pill]:
        """One pill for each choice."""
        shown = {}
        for name, field in self.fields.items():
            if value := self.cleaned_data.get(name):
                shown[name] = (str(field.label), str(dict(getattr(field, "choices", ())).get(value, value)))
        return pills(self.params, shown)

    @property
    def cleared(self) -> str:
        """The URL query of the page without any filter."""
        return query(QueryDict(mutable=True), {"subaccount": ""})


class SavedFilterForm(forms.Form):
    """A name for the log's filters, and the filters as the query of a URL."""

    name = forms.CharField(
        label=gettext_lazy("Name"),
        max_length=60,
        strip=True,
        error_messages={"required": gettext_lazy("Give the filters a name.")},
    )
    query = forms.CharField(
        max_length=2_000, error_messages={"max_length": gettext_lazy("These are too many filters to save.")}
    )

    def clean_query(self) -> str:
        """Without the place in the list; there is something to save."""
        params = QueryDict(self.cleaned_data["query"].removeprefix("?"))
        if not any(value for name, value in params.items() if name not in {"subaccount", *PAGING}):
            raise forms.ValidationError(_("Choose filters first, then save them."))
        return query(params)
