"""API keys: made, found again by their text, revoked."""

import secrets
from collections.abc import Iterable
from datetime import datetime, timedelta

from django.db import transaction
from django.utils import timezone

from accounts.enums import Permission
from accounts.models import Account, ApiKey, User
from accounts.services.audit import record
from portal.core.secrets import digest, same
from portal.core.tenancy import every_tenant

_KEY_START = "tg"
_USED_EVERY = timedelta(minutes=1)  # `last_used_at` is for people; a write per request would be for nobody


@transaction.atomic
def create_api_key(
    *,
    account: Account,
    name: str,
    scopes: Iterable[Permission],
    created_by: User | None = None,
    expires_at: datetime | None = None,
    secret: str = "",
) -> tuple[ApiKey, str]:
    """Make an API key and return it with its text, which cannot be read again. The deed is audited.

    `secret` fixes the random part: for demo data, which must print the same key at every start.
    """
    secret = secret or secrets.token_urlsafe(40)
    prefix = f"{_KEY_START}_{secret[:8]}"
    text = f"{prefix}_{secret[8:]}"
    key = ApiKey.objects.create(
        account=account, name=name, prefix=prefix, digest=digest(text), scopes=sorted(scopes), created_by=created_by,
        expires_at=expires_at,
    )  # fmt: skip
    record(
        account=account, actor=created_by.email if created_by else "command", action="api_key.created", target=str(key)
    )
    return key, text


def authenticate_api_key(text: str) -> ApiKey | None:
    """The valid key this text is, with its account loaded; None for unknown, revoked and expired ones."""
    if not (text.isascii() and text.isprintable()):  # the database refuses a NUL with an error
        return None
    start, _, rest = text.partition("_")
    prefix = f"{start}_{rest[:8]}"
    with every_tenant():
        key = ApiKey.objects.select_related("account").filter(prefix=prefix).first()
        if key is None or not same(bytes(key.digest), digest(text)):
            return None
        now = timezone.now()
        if key.revoked_at is not None or (key.expires_at is not None and key.expires_at <= now):
            return None
        if key.last_used_at is None or key.last_used_at < now - _USED_EVERY:
            ApiKey.objects.filter(pk=key.pk).update(last_used_at=now)
    return key
