"""Where providers post webhooks to."""

from django.conf import settings

from accounts.enums import Permission
from accounts.models import Account
from accounts.principal import Principal
from messaging.inbound.models import WebhookEndpoint


def endpoint_addresses(by: Principal) -> list[tuple[str, str]] | None:
    """Name and full address of each active endpoint; None for those who may not see them, as they hold the token.

    They are for the roles that manage webhooks, of people who see the whole account.
    """
    if by.reach.limited or not by.may(Permission.MANAGE_WEBHOOKS):
        return None
    return [(endpoint.name, address_of(endpoint)) for endpoint in endpoints(by.account) if endpoint.is_active]


def endpoints(account: Account) -> list[WebhookEndpoint]:
    """Every endpoint of an account, those that are off too, by name."""
    return list(WebhookEndpoint.objects.filter(account=account))


def endpoint_of(account: Account, endpoint_id: int) -> WebhookEndpoint | None:
    """One endpoint of an account."""
    return WebhookEndpoint.objects.filter(account=account, pk=endpoint_id).first()


def address_of(endpoint: WebhookEndpoint) -> str:
    """The whole address to enter at the provider; it holds the token."""
    return f"{settings.BASE_URL}{endpoint.path}"
