"""Filter bars of messaging's pages and the dashboard."""

from collections.abc import Iterable
from typing import Any

from django import forms

from messaging.enums import Category, Direction, Status
from messaging.models import PhoneNumber
from messaging.selectors.log import SHORTEST_PREFIX, digits_of, is_number
from portal.core.countries import countries
from portal.core.filters import Pill, query
from portal.core.forms import INPUT, FilterForm, select
from portal.core.numbers import whole

STATUSES = [choice for choice in Status.choices if choice[0] != Status.UNKNOWN]


class TrafficForm(FilterForm):
    """Period, subaccount and channel."""

    foreign = ("channel",)

    def __init__(self, *args: Any, channels: Iterable[PhoneNumber], **kwargs: Any) -> None:
        """`channels` are the numbers the person may see."""
        super().__init__(*args, **kwargs)
        self._channels = {number.provider_number_id: number for number in channels}
        named = [(pk, f"{number.display_name} {whole(number.msisdn)}".strip()) for pk, number in self._channels.items()]
        self.fields["channel"] = select("Channel", "All channels", named)

    @property
    def phone_number_id(self) -> int | None:
        """The chosen channel's number."""
        number = self._channels.get(self.cleaned_data.get("channel", ""))
        return number.pk if number else None


class LogForm(TrafficForm):
    """Everything the log can be asked for."""

    periods = ("today", "7d", "14d", "30d", "any", "custom")

    q = forms.CharField(
        label="Search",
        required=False,
        max_length=512,
        strip=True,
        widget=forms.TextInput(
            attrs={**INPUT, "type": "search", "placeholder": "Phone number, UMID or message id", "autocomplete": "off"}
        ),
    )
    error_code = forms.IntegerField(
        label="Error code",
        required=False,
        min_value=0,
        max_value=2_147_483_647,
        widget=forms.TextInput(attrs={**INPUT, "inputmode": "numeric", "placeholder": "131049"}),
    )
    status = forms.MultipleChoiceField(
        label="Status", required=False, choices=STATUSES, widget=forms.CheckboxSelectMultiple
    )

    def __init__(self, *args: Any, templates: Iterable[str], exact_numbers: bool, **kwargs: Any) -> None:
        """`templates` are names; `exact_numbers` for those who may not see whole numbers, hence not guess them."""
        super().__init__(*args, **kwargs)
        self.exact_numbers = exact_numbers
        self.fields["direction"] = select("Direction", "In and out", Direction.choices)
        self.fields["country"] = select("Country", "All countries", countries().items())
        self.fields["category"] = select("Category", "All categories", Category.choices)
        self.fields["template"] = select("Template", "All templates", [(name, name) for name in templates])

    def clean_q(self) -> str:
        """A part of a phone number must be long enough to find few."""
        text: str = self.cleaned_data["q"]
        if text and is_number(text) and not self.exact_numbers and len(digits_of(text)) < SHORTEST_PREFIX:
            raise forms.ValidationError(f"Write at least the first {SHORTEST_PREFIX} digits of the number.")
        return text

    @property
    def any_time(self) -> bool:
        """Whether no period limits the rows: asked for, or a search that names none."""
        return self._range_name() == "any"

    def _range_name(self) -> str:
        named = any(self.params.get(name) for name in ("range", "from", "to"))
        return "any" if self.params.get("q") and not named else super()._range_name()

    def clean(self) -> dict[str, Any]:
        """As everywhere, when there is a period."""
        return self.cleaned_data if self.any_time else super().clean()

    @property
    def pills(self) -> list[Pill]:
        """As everywhere, and one for each status."""
        statuses = self.cleaned_data.get("status") or []
        found = (
            [Pill("Period", "Any time", query(self.params, drop=("range",)))]
            if self.params.get("range") == "any"
            else []
        )
        for status in statuses:
            params = self.params.copy()
            params.setlist("status", [other for other in statuses if other != status])
            found.append(Pill("Status", Status(status).label, query(params)))
        return super().pills + found
