"""The app of webhooks in."""

from typing import Any

from django.apps import AppConfig
from django.db.models.signals import post_migrate


class InboundConfig(AppConfig):
    """Webhooks of providers."""

    name = "messaging.inbound"

    def ready(self) -> None:
        """An empty log shows where to post webhooks to; the first webhook after an upgrade finds its month."""
        from messaging.inbound.selectors.endpoints import endpoint_addresses
        from messaging.log.selectors.setup import address_sources

        address_sources.append(endpoint_addresses)
        post_migrate.connect(_prepare_partitions, sender=self)


def _prepare_partitions(**_: Any) -> None:
    from core import partitions

    partitions.prepare()
