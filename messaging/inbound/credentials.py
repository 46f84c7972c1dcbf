"""Authentication of webhooks: endpoints by their token, with the secrets that authenticate their provider."""

import time
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from ipaddress import IPv4Network, IPv6Network, ip_address, ip_network

from django.db import DatabaseError, InterfaceError, connection
from django.utils import timezone

from core.secrets import digest
from core.tenancy import every_tenant
from core.ttl_cache import TTLCache
from messaging.inbound.models import WebhookEndpoint
from providers.vendor import Webhooks, WebhookSecrets

cache: "TTLCache[tuple[str, bytes], EndpointCredential | None]" = TTLCache()


@dataclass(frozen=True, slots=True)
class EndpointCredential:
    """An endpoint's decrypted secrets and limits, for ingest."""

    endpoint_id: int
    account_id: int
    provider: str
    webhooks: Webhooks
    secrets: WebhookSecrets
    networks: tuple[IPv4Network | IPv6Network, ...]
    rate_limit: int

    def authenticates(self, headers: Mapping[str, str], body: bytes) -> bool:
        """Whether a POST comes from the endpoint's provider."""
        return self.webhooks.authenticate(self.secrets, headers, body)

    def accepts_address(self, address: str) -> bool:
        """Whether the endpoint accepts webhooks from this client address."""
        if not self.networks:
            return True
        try:
            client = ip_address(address)
        except ValueError:
            return False
        return any(client in network for network in self.networks)


class EndpointLimiter:
    """Limits an endpoint's webhooks per second in this process, without another system."""

    def __init__(self) -> None:
        self._counts: dict[int, tuple[int, int]] = {}

    def allows(self, endpoint_id: int, limit: int) -> bool:
        """Count one more; False once the second's limit is exceeded. Concurrent threads may exceed it by one or two."""
        second = int(time.monotonic())
        counted_second, n = self._counts.get(endpoint_id, (second, 0))
        n = n + 1 if counted_second == second else 1
        self._counts[endpoint_id] = (second, n)
        return n <= limit


limiter = EndpointLimiter()

_UPDATE_INTERVAL = 60.0  # seconds; a write per webhook would make processes wait for one row's lock
_updated_at: dict[int, float] = {}
_SET_LAST_EVENT = """
UPDATE inbound_webhookendpoint SET last_event_at = now()
WHERE id = (SELECT id FROM inbound_webhookendpoint WHERE id = %s FOR NO KEY UPDATE SKIP LOCKED)
"""


def record_event(endpoint_id: int) -> None:
    """Set the time of an endpoint's last webhook, at most once a minute in each process.

    It waits for no lock and fails no webhook: a missed update follows a minute later.
    """
    now = time.monotonic()
    if now - _updated_at.get(endpoint_id, -_UPDATE_INTERVAL) < _UPDATE_INTERVAL:
        return
    _updated_at[endpoint_id] = now
    with suppress(DatabaseError, InterfaceError), connection.cursor() as cursor:
        cursor.execute(_SET_LAST_EVENT, [endpoint_id])


def find_credential(provider: str, token: str) -> EndpointCredential | None:
    """The active endpoint with this token, or None. Cached for a second to save a query per webhook."""
    key = (provider, digest(token.encode("utf-8", "surrogateescape")))
    return cache.get(key, lambda: _load(*key))


def _load(provider: str, token_digest: bytes) -> EndpointCredential | None:
    with every_tenant():
        endpoint = WebhookEndpoint.objects.filter(provider=provider, token_digest=token_digest, is_active=True).first()
    if endpoint is None:
        return None
    rotating = endpoint.former_until is not None and endpoint.former_until > timezone.now()
    header_digests = (endpoint.header_digest, endpoint.former_header_digest if rotating else None)
    app_secrets = (endpoint.app_secret, endpoint.former_app_secret if rotating else "")
    return EndpointCredential(
        endpoint_id=endpoint.pk,
        account_id=endpoint.account_id,
        provider=endpoint.provider,
        webhooks=endpoint.webhooks,
        secrets=WebhookSecrets(
            header_name=endpoint.header_name,
            header_digests=tuple(bytes(value) for value in header_digests if value is not None),
            app_secrets=tuple(secret.encode() for secret in app_secrets if secret),
            verify_token=endpoint.verify_token.encode(),
        ),
        networks=tuple(ip_network(text, strict=False) for text in endpoint.networks),
        rate_limit=endpoint.rate_limit,
    )
