"""The adapters of allauth."""

import time
from types import SimpleNamespace
from typing import Any
from urllib.parse import urlsplit

from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.app_settings import REAUTHENTICATION_TIMEOUT
from allauth.account.authentication import get_authentication_records
from allauth.mfa.adapter import DefaultMFAAdapter
from django.conf import settings
from django.http import HttpRequest

from core.secrets import seal, unseal

_OWNER = "second factor"  # allauth does not say whose secret it is, so all have the same owner


def _at_base_url(url: str) -> str:
    return f"{settings.BASE_URL}{urlsplit(url).path}"


class AccountAdapter(DefaultAccountAdapter):  # type: ignore[misc]  # allauth ships no types
    """People join by invitation; there is no sign-up."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        """Never."""
        return False

    def format_email_subject(self, subject: str) -> str:
        """The subject after our own host: that of a request is the client's word."""
        return f"[{urlsplit(settings.BASE_URL).netloc}] {subject}"

    def send_mail(self, template_prefix: str, email: str, context: dict[str, Any]) -> None:
        """Send a mail in which the site is our own host."""
        host = urlsplit(settings.BASE_URL).netloc
        super().send_mail(template_prefix, email, {**context, "current_site": SimpleNamespace(name=host, domain=host)})

    def get_reset_password_from_key_url(self, key: str) -> str:
        """The link of the mail, at our own URL."""
        return _at_base_url(super().get_reset_password_from_key_url(key))

    def get_email_confirmation_url(self, request: HttpRequest, emailconfirmation: Any) -> str:
        """Likewise."""
        return _at_base_url(super().get_email_confirmation_url(request, emailconfirmation))

    def is_reauthentication_required(self, *, app: str, **kwargs: Any) -> bool:
        """Require the password before a change of the second factor, unless the person logged in minutes ago."""
        records = get_authentication_records(self.request, self.request.user)
        if records and time.time() - records[-1]["at"] < REAUTHENTICATION_TIMEOUT:
            return False
        return bool(super().is_reauthentication_required(app=app, **kwargs))


class MFAAdapter(DefaultMFAAdapter):  # type: ignore[misc]
    """The secrets of second factors are sealed in the database, as provider secrets are."""

    def encrypt(self, text: str) -> str:
        """Seal."""
        return seal(text, owner=_OWNER)

    def decrypt(self, encrypted_text: str) -> str:
        """Unseal."""
        return unseal(encrypted_text, owner=_OWNER)
