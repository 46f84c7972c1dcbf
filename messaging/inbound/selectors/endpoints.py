"""Webhook endpoints and their addresses."""

from django.conf import settings

from accounts.enums import Permission
from accounts.models import Account
from accounts.principal import Principal
from messaging.inbound.models import WebhookEndpoint


def endpoint_addresses(by: Principal) -> list[tuple[str, str]] | None:
    """Name and full address of each active endpoint; None without the permission, because they contain the token.

    It needs the permission to manage webhooks, for the whole account.
    """
    if by.reach.limited or not by.may(Permission.MANAGE_WEBHOOKS):
        return None
    return [(endpoint.name, address_of(endpoint)) for endpoint in endpoints(by.account) if endpoint.is_active]


def endpoints(account: Account) -> list[WebhookEndpoint]:
    """Every endpoint of an account by name, also inactive ones."""
    return list(WebhookEndpoint.objects.filter(account=account))


def endpoint_of(account: Account, endpoint_id: int) -> WebhookEndpoint | None:
    """One endpoint of an account."""
    return WebhookEndpoint.objects.filter(account=account, pk=endpoint_id).first()


def address_of(endpoint: WebhookEndpoint) -> str:
    """The full address to enter at the provider, with the token."""
    return f"{settings.BASE_URL}{endpoint.path}"
