"""The admin of numbers, templates and their announced changes."""

from collections.abc import Mapping
from typing import Any

from django import forms
from django.contrib import admin
from django.http import HttpRequest
from unfold.widgets import UnfoldAdminPasswordWidget

from accounts.admin import AuditedAdmin
from core.admin import BigTableAdmin
from core.networks import origin_of
from messaging.log.models import Change, PhoneNumber, Template


class PhoneNumberForm(forms.ModelForm):  # type: ignore[type-arg]
    """The credential is entered once and never displayed; a new one can replace it."""

    credential = forms.CharField(
        required=False,
        widget=UnfoldAdminPasswordWidget(),
        help_text="Meta's access token, or 360dialog's or 8x8's API key. Leave empty to keep the current one.",
    )

    class Meta:
        model = PhoneNumber
        fields = ("api_url",)  # the admin adds its own, whose choices need a tenant's scope

    def clean_credential(self) -> str:
        """Require a text that is valid in a header."""
        credential: str = self.cleaned_data["credential"]
        if credential and not (credential.isascii() and credential.isprintable() and " " not in credential):
            raise forms.ValidationError("A credential cannot contain spaces or non-ASCII characters.")
        return credential

    def clean(self) -> dict[str, Any]:
        """Keep the stored credential from another host: the operator's new address would get it."""
        values: dict[str, Any] = super().clean() or self.cleaned_data
        moved = self._destination(self.initial) != self._destination({**self.initial, **values})
        if self.instance.credential_sealed and moved and not values.get("credential"):
            self.add_error(
                "credential", "Enter the credential again: with this provider or address, another host gets it."
            )
        return values

    @staticmethod
    def _destination(values: Mapping[str, Any]) -> tuple[Any, ...]:
        return values.get("provider"), origin_of(values.get("api_url") or "")


@admin.register(PhoneNumber)
class PhoneNumberAdmin(AuditedAdmin):
    """A credential is sealed; the audit records the change without the value."""

    form = PhoneNumberForm
    fields = (
        "account", "waba", "subaccount", "provider", "provider_number_id", "msisdn", "display_name", "quality",
        "messaging_limit", "throughput", "flag", "name_status", "api_url", "credential",
    )  # fmt: skip
    list_display = ("display_name", "msisdn", "provider", "provider_number_id", "account", "subaccount", "quality")
    list_filter = ("account", "provider")
    list_select_related = ("account", "subaccount")
    search_fields = ("display_name", "msisdn", "provider_number_id")

    def save_model(self, request: HttpRequest, obj: PhoneNumber, form: Any, change: bool) -> None:
        """Seal a new credential."""
        if credential := form.cleaned_data.get("credential"):
            obj.set_credential(credential)
        super().save_model(request, obj, form, change)


@admin.register(Template)
class TemplateAdmin(AuditedAdmin):
    list_display = ("name", "language", "category", "status", "quality", "waba", "account")
    list_filter = ("account", "status", "category")
    list_select_related = ("account", "waba")
    search_fields = ("name",)


@admin.register(Change)
class ChangeAdmin(BigTableAdmin):
    """Announced changes of templates, numbers and WABAs."""

    list_display = ("at", "account", "subject", "subject_id", "field", "old", "new", "reason")
    list_filter = ("subject", "account")
    list_select_related = ("account",)
    fields = readonly_fields = (
        "account", "subject", "subject_id", "at", "field", "old", "new", "reason", "details", "webhook_id",
    )  # fmt: skip
