"""Changes of webhook endpoints, audited in their transaction without the secrets."""

import secrets
from dataclasses import dataclass
from datetime import timedelta

from django.db import transaction
from django.utils import timezone

from accounts.principal import Principal
from messaging.inbound.models import WebhookEndpoint

KEEP_HOURS, MAX_KEEP_HOURS = 24, 7 * 24  # how long a former secret stays valid
_ROTATED_FIELDS = (
    "header_digest",
    "app_secret_sealed",
    "former_header_digest",
    "former_app_secret_sealed",
    "former_until",
)


@dataclass(frozen=True)
class EndpointSecrets:
    """An endpoint and its header's value, which is stored only as a digest."""

    endpoint: WebhookEndpoint
    header_value: str


@transaction.atomic
def create_endpoint(*, by: Principal, provider: str, name: str, app_secret: str = "") -> EndpointSecrets:
    """Create an endpoint for a provider; audited without its secrets.

    A provider that signs uses its `app_secret`. Others get a secret for a header, which is stored as SHA-256 only. A
    provider that verifies the address gets a verify token.
    """
    endpoint = WebhookEndpoint(account=by.account, provider=provider, name=name)
    webhooks = endpoint.webhooks
    endpoint.header_name = webhooks.header or endpoint.header_name
    header = "" if webhooks.is_signed else _header_value(endpoint.header_name)
    endpoint.set_secrets(
        token=secrets.token_urlsafe(24),
        header=header,
        app_secret=app_secret,
        verify_token=secrets.token_urlsafe(18) if webhooks.verification else "",
    )
    endpoint.save()
    by.record("endpoint.created", str(endpoint), {"provider": provider})
    return EndpointSecrets(endpoint, header)


@transaction.atomic
def rotate_endpoint(
    *, by: Principal, endpoint: WebhookEndpoint, keep_hours: int = 0, app_secret: str = ""
) -> EndpointSecrets:
    """Activate a new secret. The former one stays valid for `keep_hours`. Audited without the secrets."""
    header = "" if endpoint.webhooks.is_signed else _header_value(endpoint.header_name)
    until = timezone.now() + timedelta(hours=keep_hours)
    endpoint.rotate(until=until, header=header, app_secret=app_secret)
    endpoint.save(update_fields=_ROTATED_FIELDS)
    details = {"secrets": ["header" if header else "app_secret"], "former_valid_until": until.isoformat()}
    by.record("endpoint.rotated", str(endpoint), details)
    return EndpointSecrets(endpoint, header)


@transaction.atomic
def switch_endpoint(*, by: Principal, endpoint: WebhookEndpoint, active: bool) -> None:
    """Enable an endpoint, or disable it so that it answers 404; effective within a second. A change is audited."""
    if endpoint.is_active == active:
        return
    endpoint.is_active = active
    endpoint.save(update_fields=["is_active"])
    by.record("endpoint.changed", str(endpoint), {"is_active": active})


def _header_value(header_name: str) -> str:
    token = secrets.token_urlsafe(32)
    return f"Bearer {token}" if header_name == "Authorization" else token
