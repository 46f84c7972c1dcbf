"""The admin of webhook endpoints: addresses, secrets and their rotation, allowed senders, sharing accounts."""

import secrets
from datetime import timedelta
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.contrib.postgres.forms import SimpleArrayField
from django.http import HttpRequest
from django.utils import timezone
from django.utils.text import format_lazy
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from unfold.admin import ModelAdmin
from unfold.widgets import UnfoldAdminIntegerFieldWidget, UnfoldAdminPasswordWidget, UnfoldAdminTextInputWidget

from accounts.principal import Principal
from core.networks import validate_network
from messaging.inbound.models import WebhookEndpoint
from messaging.inbound.services.endpoints import KEEP_HOURS, MAX_KEEP_HOURS

_IDENTITY = ("account", "provider", "name", "header_name")
_SECRETS = ("header_value", "app_secret")
_ALLOWED_SENDERS = ("networks", "rate_limit", "shared_with")
_AUDITED = (*_IDENTITY, *_ALLOWED_SENDERS, "is_active")  # the audited fields: no secrets


class EndpointAdminForm(forms.ModelForm):  # type: ignore[type-arg]
    """Secrets are entered once and never displayed; new ones can replace them."""

    header_value = forms.CharField(
        required=False,
        help_text=gettext_lazy("The value that the provider sends in that header."),
        widget=UnfoldAdminPasswordWidget(),
    )
    app_secret = forms.CharField(
        required=False,
        help_text=gettext_lazy("Meta: the app secret, which signs its webhooks."),
        widget=UnfoldAdminPasswordWidget(),
    )
    verify_token = forms.CharField(
        required=False,
        help_text=gettext_lazy("Meta: a value of your choice, also entered at Meta."),
        widget=UnfoldAdminTextInputWidget(),
    )
    keep_hours = forms.IntegerField(
        label=gettext_lazy("Keep the former secrets valid for (hours)"),
        initial=KEEP_HOURS,
        min_value=0,
        max_value=MAX_KEEP_HOURS,
        required=False,
        help_text=format_lazy(
            gettext_lazy("Until the provider uses the new ones: 0 (refused immediately) to {hours}."),
            hours=MAX_KEEP_HOURS,
        ),
        widget=UnfoldAdminIntegerFieldWidget(),
    )
    networks = SimpleArrayField(
        forms.CharField(validators=[validate_network]),
        required=False,
        help_text=gettext_lazy(
            "Addresses that may post, separated by commas: 52.220.117.120, 10.0.0.0/8. Leave empty to allow all."
        ),
        widget=UnfoldAdminTextInputWidget(),
    )

    class Meta:
        model = WebhookEndpoint
        fields = _AUDITED

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["rate_limit"].required = False  # if omitted, the default of the model applies
        if self.instance.pk:
            for name in _SECRETS:
                self.fields[name].help_text = _(
                    "Enter a new value, or leave empty to keep the current one. %(help_text)s"
                ) % {"help_text": self.fields[name].help_text}

    def clean(self) -> dict[str, Any]:
        """Refuse to share an endpoint with its own account; apply the default hours."""
        cleaned = super().clean() or self.cleaned_data
        account = self.instance.account if self.instance.pk else cleaned.get("account")
        if account in (cleaned.get("shared_with") or ()):
            self.add_error("shared_with", _("This is the endpoint's own account."))
        if cleaned.get("keep_hours") is None:
            cleaned["keep_hours"] = KEEP_HOURS
        return cleaned

    @property
    def new_secrets(self) -> dict[str, str]:
        """The arguments of `WebhookEndpoint.rotate`: the secrets that were entered."""
        fields = {"header": self.cleaned_data.get("header_value"), "app_secret": self.cleaned_data.get("app_secret")}
        return {name: secret for name, secret in fields.items() if secret}


@admin.register(WebhookEndpoint)
class WebhookEndpointAdmin(ModelAdmin):  # type: ignore[misc]
    """Every change is audited; the audit names secrets but never contains them."""

    list_display = ("name", "provider", "account", "is_active", "rate_limit", "created_at")
    list_filter = ("account", "provider", "is_active")
    list_select_related = ("account",)
    autocomplete_fields = ("shared_with",)
    form = EndpointAdminForm

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> Any:
        """Secrets on creation; the address and the rotation afterwards."""
        if obj is None:
            return (
                (None, {"fields": (*_IDENTITY, *_SECRETS, "verify_token")}),
                (_("Allowed senders"), {"fields": _ALLOWED_SENDERS}),
            )
        return (
            (None, {"fields": (*_IDENTITY, "is_active", "address")}),
            (_("Allowed senders"), {"fields": _ALLOWED_SENDERS}),
            (_("New secrets"), {"fields": (*_SECRETS, "keep_hours", "rotation")}),
        )

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        """An endpoint stays with its account: its secrets are sealed for it."""
        return ("account", "provider", "address", "rotation") if obj else ()

    @admin.display(description=gettext_lazy("Address for the provider"))
    def address(self, endpoint: WebhookEndpoint) -> str:
        return endpoint.path

    @admin.display(description=gettext_lazy("Rotation"))
    def rotation(self, endpoint: WebhookEndpoint) -> str:
        """Whether two secrets are valid, and how long."""
        until = endpoint.former_until
        if until is None or until <= timezone.now():
            return _("Only the current secrets are valid.")
        return _("The former secrets are valid until %(until)s.") % {
            "until": f"{timezone.localtime(until):%d %b %Y %H:%M %Z}"
        }

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        """Give a new endpoint its token and secrets, or an old one new secrets; audited."""
        if change:
            rotated = self._rotate(obj, form)
            super().save_model(request, obj, form, change)
            if rotated:
                self._audit(request, obj, "endpoint.rotated", rotated)
                messages.info(request, self.rotation(obj))
            changed = [name for name in form.changed_data if name in _AUDITED]
            if changed:
                self._audit(request, obj, "endpoint.changed", {name: _audit_value(form, name) for name in changed})
            return
        cleaned = form.cleaned_data
        obj.set_secrets(
            token=secrets.token_urlsafe(24),
            header=cleaned["header_value"],
            app_secret=cleaned["app_secret"],
            verify_token=cleaned["verify_token"],
        )
        super().save_model(request, obj, form, change)
        self._audit(request, obj, "endpoint.created", {name: _audit_value(form, name) for name in _ALLOWED_SENDERS})

    def _rotate(self, endpoint: WebhookEndpoint, form: Any) -> dict[str, Any]:
        """Activate the entered secrets; return which, and until when the former ones are valid. Empty without any."""
        new_secrets = form.new_secrets
        if not new_secrets:
            return {}
        until = timezone.now() + timedelta(hours=form.cleaned_data["keep_hours"])
        endpoint.rotate(until=until, **new_secrets)
        return {"secrets": sorted(new_secrets), "former_valid_until": until.isoformat()}

    def _audit(self, request: Any, endpoint: WebhookEndpoint, action: str, details: dict[str, Any]) -> None:
        principal: Principal = request.principal.in_account(endpoint.account)
        principal.record(action, str(endpoint), details)


def _audit_value(form: Any, name: str) -> Any:
    """A field's new value for the audit; accounts by id."""
    value = form.cleaned_data.get(name)
    return [account.pk for account in value] if name == "shared_with" else value
