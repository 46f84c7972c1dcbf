"""Where providers post webhooks to."""

from django.conf import settings

from accounts.enums import Permission
from accounts.models import Account, Membership
from messaging.models import WebhookEndpoint


def endpoint_addresses(account: Account, membership: Membership) -> list[tuple[str, str]] | None:
    """Name and full address of each active endpoint; None for roles that may not see them, as they hold the token."""
    if not membership.may(Permission.MANAGE_WEBHOOKS):
        return None
    endpoints = WebhookEndpoint.objects.filter(account=account, is_active=True)
    return [(endpoint.name, f"{settings.BASE_URL}{endpoint.path}") for endpoint in endpoints]
