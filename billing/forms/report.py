"""The filter bar of the cost report."""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.principal import Principal
from billing.dimensions import DIMENSIONS
from billing.enums import ChargeState
from billing.selectors import CostFilter, billing_zone, market_names, today_in
from core.countries import country_choices
from core.filters import Pill, query
from core.forms import FilterForm, select
from core.words import in_sentence
from providers.vocabulary import Category

STATES = [(state.value, state.label) for state in (ChargeState.CHARGED, ChargeState.FREE, ChargeState.UNRATED)]


class CostForm(FilterForm):
    """Period, grouping and filters of the cost report."""

    periods = ("month", "last-month", "today", "7d", "30d", "custom")
    default_period = "month"
    default_groups = ("day",)
    object_fields = ("channel", "template")

    group_by = forms.MultipleChoiceField(
        label=gettext_lazy("Group by"),
        required=False,
        choices=lambda: [(name, dimension.label) for name, dimension in DIMENSIONS.items()],
        widget=forms.CheckboxSelectMultiple,
    )

    def __init__(self, params: QueryDict, by: Principal) -> None:
        """Offer only choices within the principal's reach."""
        account, reach = by.account, by.reach
        today = today_in(billing_zone(account))
        super().__init__(
            params, today=today, subaccounts={subaccount.code: subaccount.name for subaccount in reach.visible}
        )
        channels, templates = (DIMENSIONS[name].names.choices(account, reach.ids) for name in self.object_fields)
        self.fields["country"] = select(_("Country"), _("All countries"), country_choices())
        self.fields["category"] = select(_("Category"), _("All categories"), Category.choices)
        self.fields["channel"] = select(_("Channel"), _("All channels"), channels)
        self.fields["template"] = select(_("Template"), _("All templates"), templates)
        self.fields["market"] = select(_("Market"), _("All markets"), [(name, name) for name in market_names()])
        self.fields["state"] = select(_("Charge"), _("Charged or not"), STATES)
        data: Any = self.data
        # Accepts both group_by=day,country (as in the API) and group_by=day&group_by=country.
        groups = [name for text in self.params.getlist("group_by") for name in text.split(",") if name]
        data.setlist("group_by", groups or list(self.default_groups))

    def cost_filter(self, subaccount_ids: Sequence[int] | None) -> CostFilter:
        """The filters, within the visible subaccounts."""
        data = self.cleaned_data
        return CostFilter(
            subaccount_ids=subaccount_ids,
            **{name: data[name] for name in ("channel", "template", "country", "market", "category", "state")},
        )

    @property
    def running(self) -> bool:
        """Whether the period is the current month."""
        return self.period.name == "month"

    @property
    def groups(self) -> tuple[str, ...]:
        """The chosen groups, in the order of the report's columns."""
        names = self.cleaned_data.get("group_by") or []
        return tuple(name for name in DIMENSIONS if name in names) or self.default_groups

    @property
    def groups_words(self) -> str:
        """The grouping in words: "By day, category"."""
        return _("By %(groups)s") % {"groups": ", ".join(DIMENSIONS[name].inline for name in self.groups)}

    @property
    def pills(self) -> list[Pill]:
        """The pills of the filters, and one for a grouping other than the default."""
        pills = super().pills
        if self.groups != self.default_groups:
            without = query(self.params, drop=("group_by",))
            pills.append(Pill("group_by", _("Grouped"), in_sentence(self.groups_words), without))
        return pills
