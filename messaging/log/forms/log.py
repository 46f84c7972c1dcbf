"""Filter bars of messaging's pages and the dashboard."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, tzinfo
from typing import Any

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.reach import Reach
from core.countries import country_choices
from core.filters import Pill, query
from core.forms import INPUT, FastTextInput, FilterForm, PlainFilterForm, select
from core.numbers import format_number
from messaging.log.declaration import is_blank
from messaging.log.enums import Status
from messaging.log.kinds import PERSON_HINT
from messaging.log.models import PhoneNumber, Template
from messaging.log.query import MessageQuery, build, filters, problems
from providers.vocabulary import Quality, TemplateStatus

_TEMPLATE_CATEGORIES = (
    ("marketing", gettext_lazy("Marketing")),
    ("utility", gettext_lazy("Utility")),
    ("authentication", gettext_lazy("Authentication")),
)
_PERIOD = ("range", "from", "to")
SEEN = "seen"  # the parameter with the fingerprint of the rows that a live log shows


class TrafficForm(FilterForm):
    """Period, subaccount, channel, country and template."""

    periods: tuple[str, ...] = ("today", "7d", "14d", "30d", "month", "last-month", "custom")
    object_fields = ("channel",)

    def __init__(
        self, *args: Any, channels: Iterable[PhoneNumber], templates: Iterable[Template], **kwargs: Any
    ) -> None:
        """`channels` and `templates` are those that the person may see."""
        super().__init__(*args, **kwargs)
        self._channels = {number.provider_number_id: number for number in channels}
        named = [
            (pk, f"{number.display_name} {format_number(number.msisdn)}".strip())
            for pk, number in self._channels.items()
        ]
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
    """All filters of the log: a field for each filter that `MessageQuery` declares for pages."""

    periods = ("today", "7d", "14d", "30d", "month", "last-month", "any", "custom")

    live = forms.BooleanField(label=gettext_lazy("Live"), required=False)

    def __init__(self, *args: Any, masked_numbers: bool, **kwargs: Any) -> None:
        """`masked_numbers`: for people who see masked numbers and cannot search by them."""
        self.masked_numbers = masked_numbers
        self.filters = [each for each in filters().values() if each.on_page]
        super().__init__(*args, **kwargs)
        for each in self.filters:
            if each.names is None or each.page not in self.fields:  # lists of names are above
                self.fields[each.page] = each.kind.page_field(each.label)
        self.order_fields([each.page for each in self.filters])
        if masked_numbers:
            self.fields["q"].widget.attrs["placeholder"] = _("UMID, template or campaign")
            self.fields["person"].widget.attrs["placeholder"] = PERSON_HINT

    @property
    def more_fields(self) -> list[forms.BoundField]:
        """The fields under "More filters"."""
        hidden = self.masked_numbers
        return [self[each.page] for each in self.filters if each.more and not (hidden and each.needs_numbers)]

    @property
    def more_in_use(self) -> int:
        """How many of them are in use."""
        return sum(bool(self.params.get(each.page)) for each in self.filters if each.more)

    @property
    def any_time(self) -> bool:
        """Whether no period limits the rows: by choice, or by default with a filter that finds few."""
        return self._range_name() == "any"

    def _range_name(self) -> str:
        named = any(self.params.get(name) for name in _PERIOD)
        few = any(self.params.get(each.page) for each in self.filters if each.finds_few)
        return "any" if few and not named else super()._range_name()

    def clean(self) -> dict[str, Any]:
        """Check the period, if any, and report the problems of all other values."""
        declared = filters()
        for name, reason in problems(build(self._words(UTC), masked_numbers=self.masked_numbers)).items():
            self.add_error(declared[name].page, reason)
        return self.cleaned_data if self.any_time else super().clean()

    def query(self, reach: Reach, zone: tzinfo) -> MessageQuery:
        """Return the query of a valid form, with days of this zone."""
        words = self._words(zone)
        if reach.selected:
            words["subaccount"] = reach.selected.code
        if not self.any_time:
            words["created_after"], words["created_before"] = self.period.moments(zone)
        everything = replace(reach, selected=None).ids
        return build(words, subaccount_ids=everything, masked_numbers=self.masked_numbers)

    def _words(self, zone: tzinfo) -> dict[str, Any]:
        """The values of the fields that are valid, by filter."""
        words: dict[str, Any] = {}
        for each in self.filters:
            if each.page in self.cleaned_data:
                words |= each.kind.from_page(each.name, self.cleaned_data[each.page], zone)
        return words

    @property
    def is_counted(self) -> bool:
        """Whether the traffic counts have its number of messages: the log itself is never counted."""
        others = [each for each in self.filters if not each.in_counts]
        return not self.any_time and all(is_blank(self.cleaned_data[each.page]) for each in others)

    @property
    def pills(self) -> list[Pill]:
        """The usual pills, and one for each status. Being live is not a filter."""
        pills = [pill for pill in super().pills if pill.label != _("Live")]
        if self.params.get("range") == "any":
            pills.append(Pill("range", _("Period"), _("Any time"), query(self.params, drop=("range",))))
        statuses = self.cleaned_data.get("status") or []
        for status in statuses:
            params = self.params.copy()
            params.setlist("status", [other for other in statuses if other != status])
            pills.append(Pill("status", _("Status"), Status(status).label, query(params)))
        return pills

    @property
    def saved_query(self) -> str:
        """The filters as a URL query that leads to the first page; without the parameters of a live log."""
        return query(self.params, drop=(SEEN,))


class TemplateForm(PlainFilterForm):
    """The filters of the list of templates."""

    q = forms.CharField(
        label=gettext_lazy("Search"), required=False, max_length=512,
        widget=FastTextInput({**INPUT, "type": "search", "placeholder": gettext_lazy("Name"), "autocomplete": "off"}),
    )  # fmt: skip

    def __init__(self, params: QueryDict, *, languages: Iterable[str]) -> None:
        super().__init__(params)
        self.fields["status"] = select(_("Status"), _("All statuses"), TemplateStatus.choices)
        self.fields["category"] = select(_("Category"), _("All categories"), _TEMPLATE_CATEGORIES)
        self.fields["quality"] = select(_("Quality"), _("All qualities"), Quality.choices)
        self.fields["language"] = select(_("Language"), _("All languages"), [(code, code) for code in languages])

    @property
    def query_without_filters(self) -> str:
        """The URL query of the page without any filter."""
        return query(QueryDict(mutable=True), {"subaccount": ""})


class SavedFilterForm(forms.Form):
    """A name for the log's filters, and the filters as the query of a URL."""

    name = forms.CharField(
        label=gettext_lazy("Name"),
        max_length=60,
        strip=True,
        error_messages={"required": gettext_lazy("Enter a name for the filters.")},
    )
    query = forms.CharField(
        max_length=2_000, error_messages={"max_length": gettext_lazy("There are too many filters to save.")}
    )

    def clean_query(self) -> str:
        """The log's own parameters, without the position in the list. Raises ValidationError if none is left."""
        params = QueryDict(self.cleaned_data["query"].removeprefix("?"))
        names = {*_PERIOD, "live", *(each.page for each in filters().values() if each.on_page)}
        if not any(value for name, value in params.items() if name in names - {"subaccount"}):
            raise forms.ValidationError(_("Choose filters before you save them."))
        return query(params, drop=params.keys() - names)
