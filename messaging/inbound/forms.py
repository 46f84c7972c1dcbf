"""Forms of the webhook endpoints."""

from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from messaging.inbound.models import WebhookEndpoint
from messaging.inbound.services.endpoints import KEEP_HOURS, LONGEST_KEEP_HOURS
from providers.vocabulary import Provider

PROVIDERS = [(each.value, each.label) for each in (Provider.META, Provider.EIGHT_X_EIGHT, Provider.DIALOG_360)]
_SECRET = forms.PasswordInput({"autocomplete": "off"})
_WHERE = gettext_lazy("Meta signs with it: in the app’s dashboard under App settings, Basic.")


class EndpointForm(forms.Form):
    """A new address."""

    provider = forms.ChoiceField(label=gettext_lazy("Provider"), choices=PROVIDERS, widget=forms.RadioSelect)
    name = forms.CharField(
        label=gettext_lazy("Name"), max_length=100, help_text=gettext_lazy("For you: “Meta production”, for example.")
    )
    app_secret = forms.CharField(
        label=gettext_lazy("App secret, for Meta only"),
        required=False,
        max_length=255,
        help_text=_WHERE,
        widget=_SECRET,
    )

    def clean(self) -> dict[str, Any]:
        """Meta's signatures cannot be checked without the secret; to the others it means nothing."""
        given = super().clean() or self.cleaned_data
        if given.get("provider") == Provider.META and not given.get("app_secret"):
            self.add_error("app_secret", _("Write the app secret: without it every webhook of Meta would be refused."))
        if given.get("provider") != Provider.META:
            given["app_secret"] = ""
        return given


class RotateForm(forms.Form):
    """A new secret for an address; where there was one, how long that stays valid."""

    def __init__(self, *args: Any, endpoint: WebhookEndpoint, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if endpoint.provider == Provider.META:
            self.fields["app_secret"] = forms.CharField(
                label=_("New app secret"), max_length=255, help_text=_WHERE, widget=_SECRET
            )
        if not (endpoint.app_secret or endpoint.header_digest):
            return
        self.fields["keep_hours"] = forms.IntegerField(
            label=_("Keep the former secret valid for (hours)"),
            initial=KEEP_HOURS,
            min_value=0,
            max_value=LONGEST_KEEP_HOURS,
            help_text=_("Until the provider has the new one: 0 (refused at once) to %(hours)d.")
            % {"hours": LONGEST_KEEP_HOURS},
        )
