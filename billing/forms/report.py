"""Filter bar of the cost report."""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from billing.enums import ChargeState
from billing.selectors import GROUPS, CostFilter
from core.countries import country_choices
from core.filters import Pill, query
from core.forms import FilterForm, select
from core.words import Text, inside

GROUP_LABELS: dict[str, Text] = {
    "day": gettext_lazy("Day"),
    "month": gettext_lazy("Month"),
    "subaccount": gettext_lazy("Subaccount"),
    "waba": "WABA",
    "provider": gettext_lazy("Provider"),
    "channel": gettext_lazy("Channel"),
    "template": gettext_lazy("Template"),
    "country": gettext_lazy("Country"),
    "market": gettext_lazy("Market"),
    "category": gettext_lazy("Category"),
    "tier": gettext_lazy("Tier"),
}
STATES = [(state.value, state.label) for state in (ChargeState.CHARGED, ChargeState.FREE, ChargeState.UNRATED)]
CATEGORIES = [
    ("marketing", gettext_lazy("Marketing")),
    ("marketing_lite", gettext_lazy("Marketing lite")),
    ("utility", gettext_lazy("Utility")),
    ("authentication", gettext_lazy("Authentication")),
    ("authentication-international", gettext_lazy("Authentication international")),
    ("service", gettext_lazy("Service")),
    ("referral_conversion", gettext_lazy("Referral conversion")),
]


def group_word(group: str) -> str:
    """A group inside a sentence."""
    label = str(GROUP_LABELS[group])
    return label if label.isupper() else inside(label)


class CostForm(FilterForm):
    """Period, grouping, and what the messages have in common."""

    periods = ("month", "last-month", "today", "7d", "30d", "custom")
    default_period = "month"
    default_groups = ("day",)
    foreign = ("channel", "template")

    group_by = forms.MultipleChoiceField(
        label=gettext_lazy("Group by"),
        required=False,
        choices=[(name, GROUP_LABELS[name]) for name in GROUPS],
        widget=forms.CheckboxSelectMultiple,
    )

    def __init__(
        self,
        *args: Any,
        channels: Sequence[tuple[str, str]],
        templates: Sequence[tuple[str, str]],
        markets: Sequence[str],
        **kwargs: Any,
    ) -> None:
        """`channels` and `templates` are the choices of those a person may see."""
        super().__init__(*args, **kwargs)
        self.fields["country"] = select(_("Country"), _("All countries"), country_choices())
        self.fields["category"] = select(_("Category"), _("All categories"), CATEGORIES)
        self.fields["channel"] = select(_("Channel"), _("All channels"), channels)
        self.fields["template"] = select(_("Template"), _("All templates"), templates)
        self.fields["market"] = select(_("Market"), _("All markets"), [(name, name) for name in markets])
        self.fields["state"] = select(_("Charge"), _("Charged or not"), STATES)
        data: Any = self.data
        # Both group_by=day,country (as in the API) and group_by=day&group_by=country are read.
        named = [name for text in self.params.getlist("group_by") for name in text.split(",") if name]
        data.setlist("group_by", named or list(self.default_groups))

    def chosen(self, subaccount_ids: Sequence[int] | None) -> CostFilter:
        """The filters, and the subaccounts that the person sees."""
        asked = self.cleaned_data
        return CostFilter(
            subaccount_ids=subaccount_ids,
            **{name: asked[name] for name in ("channel", "template", "country", "market", "category", "state")},
        )

    @property
    def running(self) -> bool:
        """Whether it is the running month that is looked at."""
        return self.period.name == "month"

    @property
    def groups(self) -> tuple[str, ...]:
        """The chosen groups, in the order of the report's columns."""
        chosen = self.cleaned_data.get("group_by") or []
        return tuple(name for name in GROUPS if name in chosen) or self.default_groups

    @property
    def groups_words(self) -> str:
        """The grouping in words: "By day, category"."""
        return _("By %(groups)s") % {"groups": ", ".join(group_word(name) for name in self.groups)}

    @property
    def pills(self) -> list[Pill]:
        """As everywhere, and the grouping when it is not the usual one."""
        found = super().pills
        if self.groups != self.default_groups:
            without = query(self.params, drop=("group_by",))
            found.append(Pill("group_by", _("Grouped"), inside(self.groups_words), without))
        return found
