"""Forms of exports, erasure, retention and legal holds."""

from collections.abc import Iterable
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.principal import Principal
from archive.enums import Compression, Dataset, Format, Interval
from archive.exports.columns import PRESET_8X8, Column, columns_by_key, standard_columns
from core.forms import SELECT

OWN_COLUMNS = ""


class ExportForm(forms.Form):
    """Format, columns and repetition. The filters are the query string of the page."""

    query = forms.CharField(required=False, max_length=20_000, widget=forms.HiddenInput)
    format = forms.ChoiceField(label=_("Format"), choices=Format.choices, widget=forms.Select(attrs=SELECT))
    compression = forms.ChoiceField(
        label=_("Compression"), required=False, choices=Compression.choices, widget=forms.Select(attrs=SELECT)
    )
    every = forms.ChoiceField(
        label=_("Repeat"), required=False, choices=[("", _("Once, now")), *Interval.choices],
        widget=forms.Select(attrs=SELECT),
        help_text=_("Each repeated export covers the previous day, week or month. The link is sent by e-mail."),
    )  # fmt: skip
    mail = forms.BooleanField(label=_("E-mail me the link when the export is ready"), required=False)

    def __init__(self, *args: Any, dataset: str, by: Principal, **kwargs: Any) -> None:
        """Offer only the columns that the person may see."""
        super().__init__(*args, **kwargs)
        self.dataset = dataset
        if dataset == Dataset.MESSAGES:
            self.fields["preset"] = forms.ChoiceField(
                label=_("Which columns"), required=False, widget=forms.Select(attrs=SELECT),
                choices=[(OWN_COLUMNS, _("Columns selected below")), (PRESET_8X8, _("8x8 columns, in 8x8’s order"))],
            )  # fmt: skip
        if dataset != Dataset.COSTS:
            offered = [
                column for column in _selectable_columns(dataset) if column.needs is None or by.may(column.needs)
            ]
            self.fields["columns"] = forms.MultipleChoiceField(
                label=_("Columns"), required=False, choices=[(column.key, column.label) for column in offered],
                initial=standard_columns(dataset), widget=forms.CheckboxSelectMultiple,
            )  # fmt: skip
        self.order_fields(["query", "format", "compression", "every", "mail", "preset", "columns"])

    def clean_compression(self) -> str:
        """Refuse gzip for a workbook, which is compressed already."""
        compression: str = self.cleaned_data["compression"]
        if self.cleaned_data.get("format") == Format.XLSX and compression == Compression.GZIP:
            raise forms.ValidationError(
                _("A workbook is already compressed: choose none, or ZIP to include the manifest.")
            )
        return compression


def _selectable_columns(dataset: str) -> Iterable[Column]:
    return (column for column in columns_by_key(dataset).values() if not column.key.startswith(f"{PRESET_8X8}."))


class ErasureForm(forms.Form):
    """The person to erase, and the reason."""

    msisdn = forms.CharField(
        label=_("Phone number, user id or username"), max_length=150, widget=forms.TextInput({"autocomplete": "off"}),
        help_text=_("The full number with its country code, such as +65 9123 4567, or for example @jane."),
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
    """The retention periods; an empty one keeps the data forever."""

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
        """The submitted periods."""
        return {name: self.cleaned_data[name] for name in self.fields}


class HoldForm(forms.Form):
    """The reason to place or lift a legal hold."""

    reason = forms.CharField(label=_("Reason"), max_length=500)
