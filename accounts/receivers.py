"""Writes allauth's signals about logins into the audit log."""

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


def _audit(request: HttpRequest, user: User, action: str, **details: Any) -> None:
    record_for_person(user, action, details, by=Principal.of_person(user, address=client_address(request)))


@receiver([password_changed, password_set, password_reset])
def audit_password(request: HttpRequest, user: User, **_: Any) -> None:
    """Audit a changed password, also one reset by e-mail."""
    _audit(request, user, "person.password_changed")


@receiver(authenticator_added)
def audit_factor_added(request: HttpRequest, user: User, authenticator: Authenticator, **_: Any) -> None:
    """Audit a new second factor, but not the recovery codes that come with the first."""
    if authenticator.type != Authenticator.Type.RECOVERY_CODES:
        _audit(request, user, "person.second_factor_added", kind=authenticator.type)


@receiver(authenticator_removed)
def audit_factor_removed(request: HttpRequest, user: User, authenticator: Authenticator, **_: Any) -> None:
    """Audit a removed second factor, but not the recovery codes that go with the last."""
    if authenticator.type != Authenticator.Type.RECOVERY_CODES:
        _audit(request, user, "person.second_factor_removed", kind=authenticator.type)


@receiver(authenticator_reset)
def audit_codes(request: HttpRequest, user: User, **_: Any) -> None:
    """Audit new recovery codes."""
    _audit(request, user, "person.recovery_codes_made")
