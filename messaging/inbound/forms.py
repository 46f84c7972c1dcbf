"""Forms of the webhook endpoints, and the filters of webhooks on hold."""

from collections.abc import Iterable
from typing import Any

from django import forms
from django.http import QueryDict
from django.utils.text import get_text_list
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core.forms import PlainFilterForm, select
from core.words import Text
from messaging.inbound.enums import HELD_STATES, ReasonKind
from messaging.inbound.models import WebhookEndpoint
from messaging.inbound.selectors.inbox import NOTED, HeldFilter
from messaging.inbound.services.endpoints import KEEP_HOURS, MAX_KEEP_HOURS
from providers.registry import VENDORS
from providers.vendor import Vendor, Webhooks

_SECRET = forms.PasswordInput({"autocomplete": "off"})


def webhook_vendors() -> list[tuple[Vendor, Webhooks]]:
    """The providers with webhooks, except sandboxes."""
    return [(vendor, vendor.webhooks) for vendor in VENDORS.values() if vendor.webhooks and not vendor.is_sandbox]


class EndpointForm(forms.Form):
    """The form of a new address."""

    provider = forms.ChoiceField(
        label=gettext_lazy("Provider"),
        choices=lambda: [(vendor.name, vendor.label) for vendor, _webhooks in webhook_vendors()],
        widget=forms.RadioSelect,
    )
    name = forms.CharField(
        label=gettext_lazy("Name"),
        max_length=100,
        help_text=gettext_lazy("For your reference, such as “Meta production”."),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        signing = [(vendor.company, webhooks) for vendor, webhooks in webhook_vendors() if webhooks.is_signed]
        self.fields["app_secret"] = forms.CharField(
            label=_("App secret, for %(providers)s only")
            % {"providers": get_text_list([company for company, _webhooks in signing], _("and"))},
            required=False,
            max_length=255,
            help_text=" ".join(str(webhooks.app_secret_help) for _company, webhooks in signing),
            widget=_SECRET,
        )

    def clean(self) -> dict[str, Any]:
        """Require the app secret of providers that sign, and drop it for others."""
        cleaned = super().clean() or self.cleaned_data
        vendor = VENDORS.get(cleaned.get("provider", ""))
        if not (vendor and vendor.webhooks and vendor.webhooks.is_signed):
            cleaned["app_secret"] = ""
        elif not cleaned.get("app_secret"):
            problem = _("Enter the app secret: without it, every webhook from %(provider)s would be refused.")
            self.add_error("app_secret", problem % {"provider": vendor.company})
        return cleaned


class RotateForm(forms.Form):
    """The form of a new secret, with how long the former one stays valid if there is one."""

    def __init__(self, *args: Any, endpoint: WebhookEndpoint, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if endpoint.webhooks.is_signed:
            self.fields["app_secret"] = forms.CharField(
                label=_("New app secret"), max_length=255, help_text=endpoint.webhooks.app_secret_help, widget=_SECRET
            )
        if not (endpoint.app_secret or endpoint.header_digest):
            return
        self.fields["keep_hours"] = forms.IntegerField(
            label=_("Keep the former secret valid for (hours)"),
            initial=KEEP_HOURS,
            min_value=0,
            max_value=MAX_KEEP_HOURS,
            help_text=_("Until the provider uses the new one: 0 (refused immediately) to %(hours)d.")
            % {"hours": MAX_KEEP_HOURS},
        )


class HeldForm(PlainFilterForm):
    """The filters of webhooks on hold, from the URL."""

    def __init__(self, params: QueryDict, *, endpoints: Iterable[WebhookEndpoint]) -> None:
        super().__init__(params)
        states: list[tuple[str, Text]] = [(state.value, state.label) for state in HELD_STATES]
        states.append((NOTED, _("Done, with a note")))
        named = {str(endpoint.pk): endpoint for endpoint in endpoints}
        providers = {endpoint.provider: endpoint.get_provider_display() for endpoint in named.values()}
        self.fields["state"] = select(_("State"), _("All on hold"), states)
        self.fields["reason"] = select(_("Reason"), _("All reasons"), ReasonKind.choices)
        self.fields["provider"] = select(_("Provider"), _("All providers"), providers.items())
        self.fields["endpoint"] = select(
            _("Endpoint"), _("All endpoints"), [(pk, endpoint.name) for pk, endpoint in named.items()]
        )

    @property
    def criteria(self) -> HeldFilter:
        """The filter for the selector; of a valid form."""
        return HeldFilter(**self.cleaned_data)
