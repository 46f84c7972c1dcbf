"""The form of a WABA's exemption."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy

from accounts.models import Account, Waba
from accounts.principal import Principal
from billing.enums import ExemptionKind
from billing.forms.prices import DayInput
from billing.models import Exemption
from billing.proposals.exemptions import check_days, record_exemption
from core.errors import UserError
from core.forms import DayField, show_error

_SELECT = {"class": "form-select"}


class ExemptionForm(forms.ModelForm):  # type: ignore[type-arg]  # not generic at run time
    """An exemption of one of the account's WABAs."""

    class Meta:
        model = Exemption
        fields = ("kind", "first_day", "last_day", "source")  # WABAs need a tenant's scope
        field_classes = {"first_day": DayField, "last_day": DayField}
        widgets = {"kind": forms.Select(attrs=_SELECT), "first_day": DayInput, "last_day": DayInput}
        labels = {
            "kind": gettext_lazy("Exempt as"),
            "first_day": gettext_lazy("First day"),
            "last_day": gettext_lazy("Last day"),
            "source": gettext_lazy("Source"),
        }
        help_texts = {
            "first_day": gettext_lazy("In the time zone of the WhatsApp Business Account."),
            "last_day": gettext_lazy("Included. Leave empty if it has no end."),
            "source": gettext_lazy("Where the exemption is stated: a letter, a ticket, or Meta’s page."),
        }

    def __init__(self, *args: Any, account: Account, **kwargs: Any) -> None:
        kwargs["instance"] = Exemption(account=account)
        super().__init__(*args, **kwargs)
        wabas = Waba.objects.filter(account=account).order_by("name")
        self.fields["waba"] = forms.ModelChoiceField(wabas, label="WABA", widget=forms.Select(attrs=_SELECT))
        self.order_fields(["waba"])
        self.fields["kind"].choices = ExemptionKind.choices  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        """Set the WABA, and refuse a last day before the first."""
        data = super().clean() or self.cleaned_data
        if waba := data.get("waba"):
            self.instance.waba = waba
        try:
            check_days(data.get("first_day"), data.get("last_day"))
        except UserError as error:
            show_error(self, error)
        return data

    def record(self, by: Principal) -> bool:
        """Record the exemption of a valid form; False, with an error at the field, if it overlaps another."""
        try:
            record_exemption(self.instance, by=by)
        except UserError as error:
            show_error(self, error)
            return False
        return True

    def validate_unique(self) -> None:
        """Skip the check: recording refuses days that overlap."""
