"""The adapters of allauth."""

import time
from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.app_settings import REAUTHENTICATION_TIMEOUT
from allauth.account.authentication import get_authentication_records
from allauth.mfa.adapter import DefaultMFAAdapter
from django.http import HttpRequest

from core.secrets import seal, unseal

_OWNER = "second factor"  # allauth does not say whose secret it is, so all have the same owner


class AccountAdapter(DefaultAccountAdapter):  # type: ignore[misc]  # allauth ships no types
    """People join by invitation; there is no sign-up."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        """Never."""
        return False

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
