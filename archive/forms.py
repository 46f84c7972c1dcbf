"""What an export is made of, and how often."""

from collections.abc import Iterable
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.principal import Principal
from archive.enums import Compression, Dataset, Every, Format
from archive.exports.columns import PRESET_8X8, Column, columns_by_key, standard_columns
from core.forms import SELECT

OWN_COLUMNS = ""


class ExportForm(forms.Form):
    """Format, columns and repetition. The filters come along as the query of the page's URL."""

    query = forms.CharField(required=False, max_length=20_000, widget=forms.HiddenInput)
    format = forms.ChoiceField(label=_("Format"), choices=Format.choices, widget=forms.Select(attrs=SELECT))
    compression = forms.ChoiceField(
        label=_("Compression"), required=False, choices=Compression.choices, widget=forms.Select(attrs=SELECT)
    )
    every = forms.ChoiceField(
        label=_("Repeat"), required=False, choices=[("", _("Once, now")), *Every.choices],
        widget=forms.Select(attrs=SELECT),
        help_text=_("Each repeated export covers the previous day, week or month. The link is sent by e-mail."),
    )  # fmt: skip
    mail = forms.BooleanField(label=_("E-mail me the link when the export is ready"), required=False)

    def __init__(self, *args: Any, dataset: str, by: Principal, **kwargs: Any) -> None:
        """What the person may not have is not offered."""
        super().__init__(*args, **kwargs)
        self.dataset = dataset
        if dataset == Dataset.MESSAGES:
            self.fields["preset"] = forms.ChoiceField(
                label=_("Which columns"), required=False, widget=forms.Select(attrs=SELECT),
                choices=[(OWN_COLUMNS, _("Columns selected below")), (PRESET_8X8, _("8x8 columns, in 8x8’s order"))],
            )  # fmt: skip
        if dataset != Dataset.COSTS:
            offered = [column for column in _own(dataset) if column.needs is None or by.may(column.needs)]
            self.fields["columns"] = forms.MultipleChoiceField(
                label=_("Columns"), required=False, choices=[(column.key, column.label) for column in offered],
                initial=standard_columns(dataset), widget=forms.CheckboxSelectMultiple,
            )  # fmt: skip
        self.order_fields(["query", "format", "compression", "every", "mail", "preset", "columns"])

    def clean_compression(self) -> str:
        """A workbook is compressed already."""
        chosen: str = self.cleaned_data["compression"]
        if self.cleaned_data.get("format") == Format.XLSX and chosen == Compression.GZIP:
            raise forms.ValidationError(
                _("A workbook is already compressed: choose none, or ZIP to include the manifest.")
            )
        return chosen


def _own(dataset: str) -> Iterable[Column]:
    return (column for column in columns_by_key(dataset).values() if not column.key.startswith(f"{PRESET_8X8}."))


class ErasureForm(forms.Form):
    """Whom to erase, and why."""

    msisdn = forms.CharField(
        label=_("Phone number"), max_length=40, widget=forms.TextInput({"autocomplete": "off", "inputmode": "tel"}),
        help_text=_("The full number with its country code, such as +65 9123 4567."),
    )  # fmt: skip
    reason = forms.CharField(
        label=_("Reason"), max_length=255,
        help_text=_("Recorded in the certificate and the audit log. Do not include the number or a name."),
    )  # fmt: skip
    confirmed = forms.BooleanField(
        label=_("Erase it everywhere. This cannot be undone"),
        error_messages={"required": _("Confirm the erasure: it cannot be undone.")},
    )


class RetentionForm(forms.Form):
    """How long the account keeps what; empty is for ever."""

    message_months = forms.IntegerField(
        label=_("Messages (months)"), required=False, help_text=_("The log, with names and numbers. At least 2.")
    )
    payload_months = forms.IntegerField(
        label=_("Texts (months)"), required=False,
        help_text=_("Message texts, requests and responses. Leave empty to keep them as long as their messages."),
    )  # fmt: skip
    webhook_months = forms.IntegerField(
        label=_("Webhooks (months)"),
        required=False,
        help_text=_("Original webhooks, for replays. Webhooks that could not be parsed are kept."),
    )
    audit_months = forms.IntegerField(label=_("Audit log (months)"), required=False, help_text=_("At least 12."))
    export_days = forms.IntegerField(
        label=_("Exported files (days)"), required=False, help_text=_("Leave empty to use the portal default.")
    )

    @property
    def periods(self) -> dict[str, int | None]:
        """The periods as they were given."""
        return {name: self.cleaned_data[name] for name in self.fields}


class HoldForm(forms.Form):
    """Why a legal hold begins or ends."""

    reason = forms.CharField(label=_("Reason"), max_length=500)
