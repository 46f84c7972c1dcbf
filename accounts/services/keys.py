"""API keys: made, found again by their text, revoked."""

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
_USED_EVERY = timedelta(minutes=1)  # `last_used_at` is for people; a write per request would be for nobody


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
    """Make an API key and return it with its text, which cannot be read again. The deed is audited.

    Without `subaccounts` it reaches all of them. `secret` fixes the random part: for demo data, which must print the
    same key at every start.
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
    """Make a key for a member, who gives it no more than they have. Raises UserError; else as `create_api_key`."""
    if not scopes or not by.permissions.issuperset(scopes):
        raise UserError(gettext("Choose only scopes that your role has."), field="scopes")
    check_reach(by, subaccounts)
    return create_api_key(
        by=by, name=name, scopes=scopes, expires_at=expires_at, subaccounts=subaccounts, rate_limit=rate_limit
    )  # fmt: skip


@transaction.atomic
def revoke_api_key(*, by: Principal, key: ApiKey) -> None:
    """Refuse a key from now on; audited. A key that was revoked before stays as it was. Raises UserError."""
    if not by.reach.covers(key):
        raise UserError(
            gettext("This key has access to subaccounts that you cannot see"), remedy=gettext("ask an owner or admin.")
        )
    if ApiKey.objects.filter(pk=key.pk, account=by.account, revoked_at=None).update(revoked_at=timezone.now()):
        by.record("api_key.revoked", str(key))


_VERSION = "SELECT xmin::text FROM accounts_apikey WHERE prefix = %s"
_KEEP_AT_MOST = 10_000
_known: dict[str, tuple[str, ApiKey]] = {}  # by prefix: the version of its row, and the key


def authenticate_api_key(text: str) -> ApiKey | None:
    """The valid key this text is, with its account loaded; None for unknown, revoked and expired ones.

    A key is read whole when its row has changed, and kept meanwhile: PostgreSQL tells a row's version for a fraction of
    what reading it costs, and a key that is revoked is refused from the next request on.
    """
    if not (text.isascii() and text.isprintable()):  # the database refuses a NUL with an error
        return None
    start, _, rest = text.partition("_")
    prefix = f"{start}_{rest[:8]}"
    with every_tenant():
        key = _current(prefix)
        if key is None or not digests_equal(bytes(key.digest), digest(text)):
            return None
        now = timezone.now()
        if key.revoked_at is not None or (key.expires_at is not None and key.expires_at <= now):
            return None
        if key.last_used_at is None or key.last_used_at < now - _USED_EVERY:
            ApiKey.objects.filter(pk=key.pk).update(last_used_at=now)
            _known.pop(prefix, None)  # its row has another version now
    return key


def _current(prefix: str) -> ApiKey | None:
    """The key of a prefix as it is now, in one statement unless its row has changed."""
    known = _known.get(prefix)
    if known is not None:
        with connection.cursor() as cursor:
            cursor.execute(_VERSION, [prefix])
            if cursor.fetchone() == (known[0],):
                return known[1]
    rows = ApiKey.objects.select_related("account").annotate(version=RawSQL("accounts_apikey.xmin::text", []))
    key: Any = rows.filter(prefix=prefix).first()
    if key is None:
        _known.pop(prefix, None)
        return None
    if len(_known) >= _KEEP_AT_MOST:
        _known.clear()
    _known[prefix] = key.version, key
    return cast("ApiKey", key)
