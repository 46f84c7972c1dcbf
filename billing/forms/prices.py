"""Forms of the price pages: importing a file, a what-if, and an account's own prices."""

from collections.abc import Iterable, Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from django import forms
from django.db import IntegrityError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import Account
from billing.enums import Book, PriceFile, SellBase
from billing.models import MarketTable, RateCard, RuleSet, SellTerms
from billing.price_access import PriceAccess
from billing.proposals.imports import import_upload
from billing.proposals.what_if import Proposal
from core.errors import UserError
from core.forms import DayField, select, show_error
from core.words import MONTH_AND_YEAR, Text, format_date
from providers.registry import VENDORS

LARGEST = 2 * 1024 * 1024  # bytes; Meta's largest file has 300 kB
_SELECT = {"class": "form-select"}
_OWN, _EVERYONE = "own", "everyone"


def _providers() -> list[tuple[str, Text]]:
    vendors = [(vendor.name, vendor.company) for vendor in VENDORS.values() if not vendor.is_sandbox]
    return [("", gettext_lazy("Any")), *vendors]


class DayInput(forms.DateInput):
    """A date input of the browser."""

    input_type = "date"


def choice(label: Text, choices: Iterable[tuple[str, Text]], *, help_text: Text = "") -> forms.ChoiceField:
    """A required selection."""
    return forms.ChoiceField(
        label=label, choices=list(choices), help_text=help_text, widget=forms.Select(attrs=_SELECT)
    )


class ImportForm(forms.Form):
    """A price file and where it applies. `save` turns it into drafts; problems in the file are errors of `file`."""

    kind = choice(gettext_lazy("Contents"), PriceFile.choices)
    whose = choice(gettext_lazy("Applies to"), [])
    book = choice(
        gettext_lazy("Prices"),
        [
            ("buy", gettext_lazy("What the provider charges you")),
            ("sell", gettext_lazy("What you charge your customers")),
        ],
        help_text=gettext_lazy(
            "What you charge your customers applies from the day on which your own prices use a custom rate card."
        ),
    )
    provider = forms.ChoiceField(
        label=gettext_lazy("Provider"),
        choices=_providers,
        required=False,
        widget=forms.Select(attrs=_SELECT),
    )
    effective_from = DayField(
        label=gettext_lazy("First day"), required=False, widget=DayInput,
        help_text=gettext_lazy("In force from 00:00 of this day in the time zone of each WhatsApp Business Account."),
    )  # fmt: skip
    file = forms.FileField(
        label=gettext_lazy("File"),
        help_text=gettext_lazy("CSV in UTF-8, at most 2 MB. Nothing takes effect until you have reviewed the changes."),
    )

    def __init__(self, *args: Any, access: PriceAccess, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.access = access
        whose = []
        if access.account and access.may_manage:
            whose.append((_OWN, _("%(account)s only") % {"account": access.account.name}))
        if access.operator:
            whose.append((_EVERYONE, _("Every account without its own rate card")))
        self._offer("whose", whose)
        if not access.operator:
            self._offer("kind", [(PriceFile.CARD.value, str(PriceFile.CARD.label))])
        if not access.account:
            self._offer("book", [(Book.BUY.value, _("What the provider charges"))])

    def _offer(self, name: str, choices: list[tuple[str, str]]) -> None:
        """Offer these choices; hide the field if there is only one."""
        field = self.fields[name]
        assert isinstance(field, forms.ChoiceField)
        field.choices = choices
        if len(choices) == 1:
            field.widget, field.initial = forms.HiddenInput(), choices[0][0]

    def clean_file(self) -> Any:
        """Refuse files that are too large for a price file."""
        file = self.cleaned_data["file"]
        if (file.size or 0) > LARGEST:
            raise forms.ValidationError(_("The file is larger than 2 MB. Rate cards are smaller than that."))
        return file

    def clean(self) -> dict[str, Any]:
        """Require a first day for cards and rule sets, and an account for sell prices."""
        data = self.cleaned_data
        kind = data.get("kind")
        if kind in {PriceFile.CARD, PriceFile.RULES} and not data.get("effective_from"):
            self.add_error("effective_from", _("Enter the first day on which it applies."))
        if kind == PriceFile.CARD and data.get("book") == Book.SELL and data.get("whose") == _EVERYONE:
            self.add_error("whose", _("Prices for customers must belong to one account."))
        return data

    def save(self) -> Proposal | None:
        """Turn the file of a valid form into drafts; None, with an error at the field, if it cannot be read."""
        data = self.cleaned_data
        file = data["file"]
        kind = PriceFile(data["kind"])
        try:
            return import_upload(
                kind, str(file.name), file.read(), day=data["effective_from"] or date.min,
                account=self.account, book=Book(data["book"]), provider=data["provider"],
            )  # fmt: skip
        except UserError as error:
            show_error(self, error)
        except IntegrityError:
            self.add_error(
                None, _("Someone else has just imported prices for the same day: review that import, then try again.")
            )
        return None

    @property
    def account(self) -> Account | None:
        """The account of the card; None for a general card."""
        own = self.cleaned_data["kind"] == PriceFile.CARD and self.cleaned_data["whose"] == _OWN
        return self.access.account if own else None


class WhatIfForm(forms.Form):
    """The months of a what-if and the prices to assume in them."""

    def __init__(
        self, *args: Any, months: Sequence[date], cards: Iterable[RateCard], rules: Iterable[RuleSet],
        markets: Iterable[MarketTable], **kwargs: Any,
    ) -> None:  # fmt: skip
        """`months` are those with messages, newest first; the other choices are the visible revisions."""
        super().__init__(*args, **kwargs)
        self._revisions: dict[str, dict[str, Any]] = {}
        names = [(f"{month:%Y-%m}", format_date(month, MONTH_AND_YEAR)) for month in months]
        self.fields["first"] = choice(_("From"), names)
        self.fields["last"] = choice(_("To"), names)
        for name, label, revisions in (
            ("card", _("Rate card"), cards),
            ("rules", _("Rules"), rules),
            ("markets", _("Markets"), markets),
        ):
            self._revisions[name] = {str(revision.pk): revision for revision in revisions}
            choices = [(pk, _revision_words(revision)) for pk, revision in self._revisions[name].items()]
            self.fields[name] = select(label, _("Currently in force"), choices)
            self.fields[name].widget.attrs = _SELECT
        self.fields["when"] = choice(
            _("When"), [("always", _("On every day of these months")), ("own", _("From its own first day"))]
        )

    def clean(self) -> dict[str, Any]:
        """Check the order of the months."""
        data = self.cleaned_data
        if data.get("first") and data.get("last") and data["first"] > data["last"]:
            self.add_error("last", _("The last month is before the first."))
        return data

    @property
    def proposal(self) -> Proposal:
        """The assumed prices of a valid form."""
        selected = {name: revisions.get(self.cleaned_data[name]) for name, revisions in self._revisions.items()}
        return Proposal(
            cards=[selected["card"]] if selected["card"] else (), rules=selected["rules"], markets=selected["markets"],
            always=self.cleaned_data["when"] == "always" and any(selected.values()),
        )  # fmt: skip

    @property
    def months(self) -> tuple[date, date]:
        """The first days of the first and the last month."""
        return tuple(date.fromisoformat(f"{self.cleaned_data[name]}-01") for name in ("first", "last"))  # type: ignore[return-value]


def _revision_words(revision: RateCard | RuleSet | MarketTable) -> str:
    words = {"name": revision.name, "revision": revision.revision}
    if revision.is_active:
        return _("%(name)s, revision %(revision)d") % words
    if revision.is_draft:
        return _("%(name)s, revision %(revision)d, not in force yet") % words
    return _("%(name)s, revision %(revision)d, superseded") % words


class SellForm(forms.ModelForm):  # type: ignore[type-arg]  # not generic at run time
    """An account's own prices in one currency from a day on."""

    class Meta:
        model = SellTerms
        fields = ("currency", "effective_from", "base", "markup_percent", "fee", "fee_on_free")
        field_classes = {"effective_from": DayField}
        widgets = {
            "effective_from": DayInput, "base": forms.Select(attrs=_SELECT), "markup_percent": forms.TextInput,
            "fee": forms.TextInput,
        }  # fmt: skip
        labels = {
            "effective_from": gettext_lazy("First day"),
            "base": gettext_lazy("Start from"),
            "markup_percent": gettext_lazy("Mark-up in percent"),
            "fee": gettext_lazy("Fee per message"),
            "fee_on_free": gettext_lazy("Free messages pay the fee too"),
        }
        help_texts = {
            "effective_from": gettext_lazy(
                "In force from 00:00 of this day in the time zone of the WhatsApp Business Account. A day in the "
                "past changes the figures of earlier months."
            ),
            "markup_percent": gettext_lazy(
                "Added to the starting price. 0 keeps that price; a negative value is a discount."
            ),
            "fee": gettext_lazy("In the same currency, after the mark-up."),
            "fee_on_free": "",
        }

    def __init__(self, *args: Any, account: Account, currencies: Sequence[str], **kwargs: Any) -> None:
        """`currencies` are the billing currencies of the account's WABAs."""
        kwargs["instance"] = SellTerms(account=account)
        super().__init__(*args, **kwargs)
        self.fields["currency"] = choice(_("Currency"), [(code, code) for code in currencies])
        self.fields["base"].choices = SellBase.choices  # type: ignore[attr-defined]
        if len(currencies) == 1:
            self.fields["currency"].widget = forms.HiddenInput()
            self.initial["currency"] = currencies[0]

    def clean_markup_percent(self) -> Decimal:
        """Refuse discounts of 100% or more."""
        markup: Decimal = self.cleaned_data["markup_percent"]
        if markup <= -100:
            raise forms.ValidationError(_("Enter more than -100: a discount of 100% would make messages free."))
        return markup

    def clean_fee(self) -> Decimal:
        """Refuse negative fees."""
        fee: Decimal = self.cleaned_data["fee"]
        if fee < 0:
            raise forms.ValidationError(_("Enter 0 or more. For a discount, use a negative mark-up."))
        return fee

    def validate_unique(self) -> None:
        """Skip the check: new terms replace those of the same day."""

    def validate_constraints(self) -> None:
        """Skip the check: the field validators check the other constraints."""
