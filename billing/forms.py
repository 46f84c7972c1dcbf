"""Filter bar of the cost report."""

from typing import Any

from django import forms

from billing.selectors import GROUPS
from portal.core.countries import countries
from portal.core.filters import Pill, query
from portal.core.forms import FilterForm, lower, select

GROUP_LABELS = {
    "day": "Day",
    "month": "Month",
    "subaccount": "Subaccount",
    "country": "Country",
    "market": "Market",
    "category": "Category",
}
CATEGORIES = [
    ("marketing", "Marketing"),
    ("marketing_lite", "Marketing lite"),
    ("utility", "Utility"),
    ("authentication", "Authentication"),
    ("authentication-international", "Authentication international"),
    ("service", "Service"),
    ("referral_conversion", "Referral conversion"),
]


class CostForm(FilterForm):
    """Period, grouping, subaccount, country and category."""

    periods = ("month", "last-month", "today", "7d", "30d", "custom")
    default_period = "month"
    default_groups = ("day",)

    group_by = forms.MultipleChoiceField(
        label="Group by",
        required=False,
        choices=[(name, GROUP_LABELS[name]) for name in GROUPS if name in GROUP_LABELS],
        widget=forms.CheckboxSelectMultiple,
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["country"] = select("Country", "All countries", countries().items())
        self.fields["category"] = select("Category", "All categories", CATEGORIES)
        data: Any = self.data
        # Both group_by=day,country (as in the API) and group_by=day&group_by=country are read.
        named = [name for text in self.params.getlist("group_by") for name in text.split(",") if name]
        data.setlist("group_by", named or list(self.default_groups))

    @property
    def groups(self) -> tuple[str, ...]:
        """The chosen groups, in the order of the report's columns."""
        chosen = self.cleaned_data.get("group_by") or []
        return tuple(name for name in GROUPS if name in chosen) or self.default_groups

    @property
    def groups_words(self) -> str:
        """The grouping in words: "By day, category"."""
        return "By " + ", ".join(GROUP_LABELS[name].lower() for name in self.groups)

    @property
    def pills(self) -> list[Pill]:
        """As everywhere, and the grouping when it is not the usual one."""
        found = super().pills
        if self.groups != self.default_groups:
            found.append(Pill("Grouped", lower(self.groups_words), query(self.params, drop=("group_by",))))
        return found
