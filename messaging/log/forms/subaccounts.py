"""Forms of subaccounts and their numbers."""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.forms import SELECT
from accounts.models import Subaccount
from accounts.validators import validate_subaccount_code


class RenameForm(forms.Form):
    """The name of a subaccount."""

    name = forms.CharField(label=gettext_lazy("Name"), max_length=255)


class SubaccountForm(RenameForm):
    """A new subaccount."""

    code = forms.CharField(
        label=gettext_lazy("Code"),
        max_length=50,
        validators=[validate_subaccount_code],
        help_text=gettext_lazy("For 8x8, the subAccountId. Programs use the code, so it cannot be changed later."),
    )


class MoveForm(forms.Form):
    """The new subaccount of a number."""

    def __init__(self, *args: Any, subaccounts: Sequence[Subaccount], **kwargs: Any) -> None:
        """`subaccounts` are the possible ones."""
        super().__init__(*args, **kwargs)
        self._subaccounts = {subaccount.code: subaccount for subaccount in subaccounts}
        choices = [(code, subaccount.name) for code, subaccount in self._subaccounts.items()]
        self.fields["subaccount"] = forms.ChoiceField(
            label=_("Subaccount"), choices=choices, widget=forms.Select(SELECT)
        )

    @property
    def subaccount(self) -> Subaccount:
        """The chosen one."""
        return self._subaccounts[self.cleaned_data["subaccount"]]
