"""What allauth announces of people's logins, written into the audit."""

from typing import Any

from allauth.account.signals import password_changed, password_reset, password_set
from allauth.mfa.models import Authenticator
from allauth.mfa.signals import authenticator_added, authenticator_removed, authenticator_reset
from django.dispatch import receiver
from django.http import HttpRequest

from accounts.models import User
from accounts.principal import Principal
from accounts.services.audit import record_for_person
from core.http import client_address


def _note(request: HttpRequest, user: User, action: str, **details: Any) -> None:
    record_for_person(user, action, details, by=Principal.of_person(user, address=client_address(request)))


@receiver([password_changed, password_set, password_reset])
def note_password(request: HttpRequest, user: User, **_: Any) -> None:
    """A password was changed, by its owner or by the link in a mail."""
    _note(request, user, "person.password_changed")


@receiver(authenticator_added)
def note_factor_added(request: HttpRequest, user: User, authenticator: Authenticator, **_: Any) -> None:
    """A second factor; the recovery codes that come with the first are no news."""
    if authenticator.type != Authenticator.Type.RECOVERY_CODES:
        _note(request, user, "person.second_factor_added", kind=authenticator.type)


@receiver(authenticator_removed)
def note_factor_removed(request: HttpRequest, user: User, authenticator: Authenticator, **_: Any) -> None:
    """A second factor; the recovery codes that go with the last are no news."""
    if authenticator.type != Authenticator.Type.RECOVERY_CODES:
        _note(request, user, "person.second_factor_removed", kind=authenticator.type)


@receiver(authenticator_reset)
def note_codes(request: HttpRequest, user: User, **_: Any) -> None:
    """New recovery codes."""
    _note(request, user, "person.recovery_codes_made")
