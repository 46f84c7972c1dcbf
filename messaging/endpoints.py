"""Who may post a webhook: endpoints by their token, and the proof each provider gives."""

import hashlib
import hmac
import time
from collections.abc import Mapping
from dataclasses import dataclass

from messaging.enums import Provider
from messaging.models import WebhookEndpoint
from portal.core.secrets import digest, same
from portal.core.tenancy import every_tenant

_KEEP_SECONDS = 1.0  # a revoked endpoint is refused within this time
_KEEP_AT_MOST = 10_000
_cache: dict[tuple[str, bytes], "tuple[float, Credential | None]"] = {}


@dataclass(frozen=True, slots=True)
class Credential:
    """What ingest needs of an endpoint, secrets opened."""

    endpoint_id: int
    account_id: int
    provider: str
    header_name: str
    header_digest: bytes | None
    app_secret: bytes
    verify_token: bytes

    def admits(self, headers: Mapping[str, str], body: bytes) -> bool:
        """Whether a POST proves who sent it.

        Meta signs the raw body with the app secret. 8x8 and 360dialog sign nothing: a header, if one is set.
        """
        if self.provider == Provider.META:
            return self._signed(headers.get("X-Hub-Signature-256", ""), body)
        if self.header_digest is None:
            return True
        return same(digest(headers.get(self.header_name, "").encode("utf-8", "surrogateescape")), self.header_digest)

    def _signed(self, signature: str, body: bytes) -> bool:
        if not self.app_secret:
            return False
        expected = hmac.new(self.app_secret, body, hashlib.sha256).hexdigest()
        return same(signature.lower().encode("utf-8", "surrogateescape"), f"sha256={expected}".encode())

    def verifies(self, token: str) -> bool:
        """Whether Meta's verification request repeats our verify token."""
        return bool(self.verify_token) and same(token.encode("utf-8", "surrogateescape"), self.verify_token)


def credential(provider: str, token: str) -> Credential | None:
    """The active endpoint with this token, or None. Remembered for a second: one row less to read per webhook."""
    key = (provider, digest(token.encode("utf-8", "surrogateescape")))
    now = time.monotonic()
    known = _cache.get(key)
    if known is not None and known[0] > now:
        return known[1]
    found = _load(*key)
    if len(_cache) >= _KEEP_AT_MOST:
        _cache.clear()
    _cache[key] = (now + _KEEP_SECONDS, found)
    return found


def _load(provider: str, token_digest: bytes) -> Credential | None:
    with every_tenant():
        endpoint = WebhookEndpoint.objects.filter(provider=provider, token_digest=token_digest, is_active=True).first()
    if endpoint is None:
        return None
    return Credential(
        endpoint_id=endpoint.pk,
        account_id=endpoint.account_id,
        provider=endpoint.provider,
        header_name=endpoint.header_name,
        header_digest=bytes(endpoint.header_digest) if endpoint.header_digest is not None else None,
        app_secret=endpoint.app_secret.encode(),
        verify_token=endpoint.verify_token.encode(),
    )
