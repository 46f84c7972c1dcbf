"""Forms of the suppression page."""

from typing import Any

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core.errors import UserError
from core.forms import INPUT, PlainFilterForm, select
from core.words import Text
from messaging.persons.resolution import Identity
from messaging.suppression.enums import Source
from messaging.suppression.files import read_person
from messaging.suppression.selectors.entries import ALL, LIFTED, NEEDS_WHOLE_NUMBERS, EntryFilter

MAX_FILE_BYTES = 10 * 1024 * 1024
_PERSON = gettext_lazy("A phone number with its country code, or a user id.")


class PersonField(forms.CharField):
    """A person, by number or user id."""

    def clean(self, value: Any) -> Identity | None:
        """The identity; None for an empty value that may be empty. Raises ValidationError with the remedy."""
        text = super().clean(value)
        if not text:
            return None
        try:
            return read_person(text)
        except UserError as error:
            raise forms.ValidationError(str(error)) from None


class ListForm(PlainFilterForm):
    """The filters of the list, from the URL."""

    person = PersonField(
        label=gettext_lazy("Person"), required=False, max_length=160,
        widget=forms.TextInput({**INPUT, "type": "search", "placeholder": gettext_lazy("Number or user id")}),
    )  # fmt: skip

    def __init__(self, params: QueryDict, *, masked_numbers: bool) -> None:
        """`masked_numbers`: for people who see masked numbers and cannot search by them."""
        super().__init__(params)
        self._masked_numbers = masked_numbers
        states: list[tuple[str, Text]] = [(LIFTED, _("Lifted")), (ALL, _("Stopped and lifted"))]
        self.fields["state"] = select(_("State"), _("Stopped"), states)
        self.fields["source"] = select(_("Source"), _("All sources"), Source.choices)

    def clean_person(self) -> Identity | None:
        """Refuse a person from those who see masked numbers."""
        person: Identity | None = self.cleaned_data["person"]
        if person and self._masked_numbers:
            raise forms.ValidationError(NEEDS_WHOLE_NUMBERS)
        return person

    @property
    def criteria(self) -> EntryFilter:
        """The filter for the selector; of a valid form."""
        return EntryFilter(**self.cleaned_data)


class AddForm(forms.Form):
    """The form that stops marketing to a person."""

    person = PersonField(label=gettext_lazy("Person"), max_length=160, help_text=_PERSON)
    reason = forms.CharField(
        label=gettext_lazy("Reason"), required=False, max_length=255,
        help_text=gettext_lazy("For your records, such as “phoned on 12 May”."),
    )  # fmt: skip


class LiftForm(forms.Form):
    """The form that lifts the stops of a person."""

    reason = forms.CharField(
        label=gettext_lazy("Reason"), max_length=255,
        help_text=gettext_lazy("How the person agreed to marketing again. It stays in the history."),
    )  # fmt: skip


class ImportForm(forms.Form):
    """The form that imports a CSV."""

    file = forms.FileField(
        label=gettext_lazy("CSV file"),
        help_text=gettext_lazy(
            "A row for each person, with a column person, number, msisdn or phone, and perhaps reason. Numbers need "
            "their country code."
        ),
    )

    def clean_file(self) -> str:
        """The text of the file."""
        file = self.cleaned_data["file"]
        if file.size > MAX_FILE_BYTES:
            raise forms.ValidationError(_("The file is over 10 MB: split it."))
        try:
            return str(file.read().decode("utf-8-sig"))
        except UnicodeDecodeError:
            raise forms.ValidationError(_("The file is not in UTF-8: save it as “CSV UTF-8”.")) from None


class WordsForm(forms.Form):
    """The form of the account's own words."""

    stop = forms.CharField(label=gettext_lazy("Stop words"), required=False, widget=forms.Textarea({"rows": 8}))
    start = forms.CharField(label=gettext_lazy("Start words"), required=False, widget=forms.Textarea({"rows": 6}))

    def words(self, name: str) -> list[str]:
        """The words of a list, one a line."""
        lines = (line.strip() for line in self.cleaned_data[name].splitlines())
        return list(dict.fromkeys(line for line in lines if line))
