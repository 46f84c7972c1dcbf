"""Forms of the settings."""

from functools import lru_cache
from typing import Any
from zoneinfo import available_timezones

from django import forms

from accounts.models import Account, User

SELECT = {"class": "form-select"}


@lru_cache(maxsize=1)
def zone_choices() -> list[tuple[str, list[tuple[str, str]]]]:
    """Every time zone that is a place, by region, after UTC."""
    regions: dict[str, list[tuple[str, str]]] = {}
    for name in sorted(available_timezones()):
        region, slash, place = name.partition("/")
        if slash and region != "Etc":
            regions.setdefault(region, []).append((name, place.replace("_", " ")))
    return [("Everywhere", [("UTC", "UTC")]), *regions.items()]


class ProfileForm(forms.Form):
    """How a person is called, and in which zone they read times."""

    name = forms.CharField(
        label="Name", max_length=255, required=False, widget=forms.TextInput({"autocomplete": "name"})
    )

    def __init__(self, *args: Any, user: User, account: Account | None, **kwargs: Any) -> None:
        kwargs["initial"] = {"name": user.name, "time_zone": user.time_zone}
        super().__init__(*args, **kwargs)
        default = f"The account’s: {account.time_zone}" if account else "UTC"
        self.fields["time_zone"] = forms.ChoiceField(
            label="Time zone",
            required=False,
            choices=[("", default), *zone_choices()],
            help_text="Times and days on pages are in this zone. Costs keep that of the WhatsApp Business Account.",
            widget=forms.Select(SELECT),
        )
