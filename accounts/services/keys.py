"""API keys: create, authenticate and revoke."""

import secrets
from collections.abc import Collection, Iterable
from datetime import datetime, timedelta
from typing import Any, cast

from django.db import connection, transaction
from django.db.models.expressions import RawSQL
from django.utils import timezone
from django.utils.translation import gettext

from accounts.enums import Permission
from accounts.models import RATE_LIMIT, ApiKey, Subaccount
from accounts.principal import Principal
from accounts.services.rules import check_reach
from core.errors import UserError
from core.secrets import digest, digests_equal
from core.tenancy import every_tenant

_KEY_START = "tg"
_LAST_USED_PRECISION = timedelta(minutes=1)  # `last_used_at` is for people: a write for each request would be wasted


@transaction.atomic
def create_api_key(
    *,
    by: Principal,
    name: str,
    scopes: Iterable[Permission],
    expires_at: datetime | None = None,
    subaccounts: Collection[Subaccount] = (),
    rate_limit: int = RATE_LIMIT,
    secret: str = "",
) -> tuple[ApiKey, str]:
    """Create an API key and return it with its text, which cannot be read again; audited.

    Without `subaccounts` it reaches all of them. `secret` fixes the random part, for demo data with the same key at
    every start.
    """
    secret = secret or secrets.token_urlsafe(40)
    prefix = f"{_KEY_START}_{secret[:8]}"
    text = f"{prefix}_{secret[8:]}"
    key = ApiKey.objects.create(
        account=by.account, name=name, prefix=prefix, digest=digest(text), scopes=sorted(scopes), created_by=by.user,
        expires_at=expires_at, rate_limit=rate_limit,
    )  # fmt: skip
    key.subaccounts.set(subaccounts)
    details = {
        "scopes": key.scopes,
        "subaccounts": sorted(subaccount.code for subaccount in subaccounts) or "all",
        "expires_at": expires_at.isoformat() if expires_at else None,
        "rate_limit": rate_limit,
    }
    by.record("api_key.created", str(key), details)
    return key, text


def issue_api_key(
    *,
    by: Principal,
    name: str,
    scopes: Collection[Permission],
    subaccounts: Collection[Subaccount],
    expires_at: datetime | None,
    rate_limit: int = RATE_LIMIT,
) -> tuple[ApiKey, str]:
    """Create a key for a member, with no more permissions and reach than theirs. Raises UserError."""
    if not scopes or not by.permissions.issuperset(scopes):
        raise UserError(gettext("Choose only scopes that your role has."), field="scopes")
    check_reach(by, subaccounts)
    return create_api_key(
        by=by, name=name, scopes=scopes, expires_at=expires_at, subaccounts=subaccounts, rate_limit=rate_limit
    )  # fmt: skip


@transaction.atomic
def revoke_api_key(*, by: Principal, key: ApiKey) -> None:
    """Revoke a key; audited. Does nothing if it is revoked already. Raises UserError."""
    if not by.reach.covers(key):
        raise UserError(
            gettext("This key has access to subaccounts that you cannot see"), remedy=gettext("ask an owner or admin.")
        )
    if not may_revoke(by, key):
        raise UserError(gettext("This key may do more than you"), remedy=gettext("ask an owner or admin."))
    if ApiKey.objects.filter(pk=key.pk, account=by.account, revoked_at=None).update(revoked_at=timezone.now()):
        by.record("api_key.revoked", str(key))


def may_revoke(by: Principal, key: ApiKey) -> bool:
    """Whether the key has no scope beyond the principal's permissions."""
    return by.permissions.issuperset(key.scopes)


_VERSION = "SELECT xmin::text FROM accounts_apikey WHERE prefix = %s"
_MAX_CACHED = 10_000
_cache: dict[str, tuple[str, ApiKey]] = {}  # by prefix: the version of its row, and the key


def authenticate_api_key(text: str) -> ApiKey | None:
    """The valid key with this text, with its account; None if it is unknown, revoked or expired.

    Keys are cached until their row changes. Reading the version of a row costs PostgreSQL a fraction of reading the
    row, and a revoked key is refused from the next request on.
    """
    if not (text.isascii() and text.isprintable()):  # the database refuses a NUL with an error
        return None
    start, _, secret = text.partition("_")
    prefix = f"{start}_{secret[:8]}"
    with every_tenant():
        key = _load(prefix)
        if key is None or not digests_equal(bytes(key.digest), digest(text)):
            return None
        now = timezone.now()
        if key.revoked_at is not None or (key.expires_at is not None and key.expires_at <= now):
            return None
        if key.last_used_at is None or key.last_used_at < now - _LAST_USED_PRECISION:
            ApiKey.objects.filter(pk=key.pk).update(last_used_at=now)
            _cache.pop(prefix, None)  # its row has a new version
    return key


def _load(prefix: str) -> ApiKey | None:
    """The current key with this prefix, in one statement unless its row has changed."""
    cached = _cache.get(prefix)
    if cached is not None:
        with connection.cursor() as cursor:
            cursor.execute(_VERSION, [prefix])
            if cursor.fetchone() == (cached[0],):
                return cached[1]
    rows = ApiKey.objects.select_related("account").annotate(version=RawSQL("accounts_apikey.xmin::text", []))
    key: Any = rows.filter(prefix=prefix).first()
    if key is None:
        _cache.pop(prefix, None)
        return None
    if len(_cache) >= _MAX_CACHED:
        _cache.clear()
    _cache[prefix] = key.version, key
    return cast("ApiKey", key)
