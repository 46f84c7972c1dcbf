"""The forms of the settings and the audit log."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from functools import lru_cache
from typing import Any
from zoneinfo import ZoneInfo, available_timezones

from django import forms
from django.contrib.auth.password_validation import validate_password
from django.utils import timezone
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _

from accounts.audit_words import action_words
from accounts.enums import Permission, Role
from accounts.models import RATE_LIMIT, Account, Subaccount, User
from accounts.permissions import ROLE_WORDS, grantable_roles
from accounts.principal import Principal
from accounts.selectors.audit import AuditFilter
from core.forms import INPUT, UnlimitedFilterForm, select
from core.words import Text

SELECT = {"class": "form-select"}


@lru_cache(maxsize=1)
def zone_choices() -> list[tuple[Text, list[tuple[str, str]]]]:
    """UTC, and every time zone named after a place, by region."""
    regions: dict[str, list[tuple[str, str]]] = {}
    for name in sorted(available_timezones()):
        region, slash, place = name.partition("/")
        if slash and region != "Etc":
            regions.setdefault(region, []).append((name, place.replace("_", " ")))
    return [(_("Universal"), [("UTC", "UTC")]), *regions.items()]


class ProfileForm(forms.Form):
    """A person's name and time zone."""

    name = forms.CharField(
        label=_("Name"), max_length=255, required=False, widget=forms.TextInput({"autocomplete": "name"})
    )

    def __init__(self, *args: Any, user: User, account: Account | None, **kwargs: Any) -> None:
        kwargs["initial"] = {"name": user.name, "time_zone": user.time_zone}
        super().__init__(*args, **kwargs)
        default = _("Account default: %(zone)s") % {"zone": account.time_zone} if account else "UTC"
        self.fields["time_zone"] = forms.ChoiceField(
            label=_("Time zone"),
            required=False,
            choices=[("", default), *zone_choices()],
            help_text=_("Pages show times and days in this zone. Costs use the zone of the WhatsApp Business Account."),
            widget=forms.Select(SELECT),
        )


class LimitForm(forms.Form):
    """A form that grants access to all subaccounts or to some."""

    def __init__(self, *args: Any, by: Principal, **kwargs: Any) -> None:
        """Offer the subaccounts that `by` sees; closed ones only if they were granted before."""
        super().__init__(*args, **kwargs)
        granted = self.initial.get("subaccounts", ())
        self._visible = {each.code: each for each in by.reach.visible if each.is_active or each.code in granted}
        if not self._visible:
            return
        self.fields["subaccounts"] = forms.MultipleChoiceField(
            label=_("Subaccounts"),
            choices=[(code, subaccount.name) for code, subaccount in self._visible.items()],
            required=by.reach.limited,
            help_text=""
            if by.reach.limited
            else _("Leave all unchecked to include every subaccount, including future ones."),
            widget=forms.CheckboxSelectMultiple,
            error_messages={"required": _("Choose at least one: you do not have access to the whole account.")},
        )

    @property
    def subaccounts(self) -> list[Subaccount]:
        """The selected subaccounts."""
        return [self._visible[code] for code in self.cleaned_data.get("subaccounts", ())]


class MemberForm(LimitForm):
    """A person's role and subaccounts."""

    def __init__(self, *args: Any, by: Principal, **kwargs: Any) -> None:
        super().__init__(*args, by=by, **kwargs)
        choices = [
            (role.value, format_html("{} <small>{}</small>", role.label, ROLE_WORDS[role]))
            for role in grantable_roles(by.role)
        ]
        self.fields["role"] = forms.ChoiceField(label=_("Role"), choices=choices, widget=forms.RadioSelect)
        self.order_fields(["email", "role", "subaccounts"])

    @property
    def role(self) -> Role:
        """The selected role."""
        return Role(self.cleaned_data["role"])


class InviteForm(MemberForm):
    """The address of the person to invite, their role and subaccounts."""

    email = forms.EmailField(label=_("E-mail address"), widget=forms.EmailInput({"autocomplete": "off"}))


class KeyForm(LimitForm):
    """The name, scopes and limits of a new API key."""

    ENDS = (("30", _("In 30 days")), ("90", _("In 90 days")), ("365", _("In a year")), ("", _("Never")))

    name = forms.CharField(
        label=_("Name"), max_length=100, help_text=_("What the key is for, such as “shop back end”.")
    )
    ends = forms.ChoiceField(
        label=_("Expires"), choices=ENDS, required=False, initial="365", widget=forms.Select(SELECT)
    )
    rate_limit = forms.IntegerField(
        label=_("Requests per second"),
        min_value=1,
        max_value=100_000,
        initial=RATE_LIMIT,
        help_text=_("Requests above this limit get a 429 response, so that one program cannot slow down the others."),
    )

    def __init__(self, *args: Any, by: Principal, **kwargs: Any) -> None:
        super().__init__(*args, by=by, **kwargs)
        choices = [
            (permission.value, format_html("{} <small>{}</small>", permission.label, permission.value))
            for permission in Permission
            if by.may(permission)
        ]
        self.fields["scopes"] = forms.MultipleChoiceField(
            label=_("Scopes"),
            choices=choices,
            help_text=_("What programs can do with this key. You can grant only what your own role allows."),
            widget=forms.CheckboxSelectMultiple,
            error_messages={"required": _("Choose at least one.")},
        )
        self.order_fields(["name", "scopes", "subaccounts", "ends"])

    @property
    def scopes(self) -> list[Permission]:
        """The selected scopes."""
        return [Permission(value) for value in self.cleaned_data["scopes"]]

    @property
    def expires_at(self) -> datetime | None:
        """The time when the key expires; None: never."""
        days = self.cleaned_data["ends"]
        return timezone.now() + timedelta(days=int(days)) if days else None


class AuditForm(UnlimitedFilterForm):
    """The filters of the audit log."""

    actor = forms.CharField(
        label=_("Who"), required=False, max_length=255, widget=forms.TextInput({**INPUT, "placeholder": _("Who")})
    )
    target = forms.CharField(
        label=_("Target"), required=False, max_length=255, widget=forms.TextInput({**INPUT, "placeholder": _("Target")})
    )

    def __init__(self, *args: Any, actions: Sequence[str], **kwargs: Any) -> None:
        """`actions` are those that occur in the audit log."""
        super().__init__(*args, subaccounts={}, **kwargs)
        del self.fields["subaccount"]  # the audit log covers the whole account
        self.fields["action"] = select(_("Action"), _("All actions"), [(each, action_words(each)) for each in actions])

    @property
    def query_without_filters(self) -> str:
        """The URL query of the page without any filter."""
        return "?"

    def audit_filter(self, zone: ZoneInfo) -> AuditFilter:
        """The filter for the selector."""
        start, end = (None, None) if self.any_time else self.period.moments(zone)
        return AuditFilter(start, end, **{name: self.cleaned_data[name] for name in ("actor", "action", "target")})


class JoinForm(forms.Form):
    """The name and first password of an invited person."""

    name = forms.CharField(label=_("Your name"), max_length=255, widget=forms.TextInput({"autocomplete": "name"}))
    password = forms.CharField(
        label=_("Password"),
        strip=False,
        widget=forms.PasswordInput({"autocomplete": "new-password"}),
        help_text=_("At least 10 characters. Avoid common passwords."),
    )

    def __init__(self, *args: Any, email: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._email = email

    def clean_password(self) -> str:
        """The password, checked by the validators for this person."""
        password: str = self.cleaned_data["password"]
        validate_password(password, User(email=self._email, name=self.cleaned_data.get("name", "")))
        return password
