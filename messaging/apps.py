"""The messaging app."""

from typing import Any

from django.apps import AppConfig
from django.db import connection
from django.db.models.signals import post_migrate


class MessagingConfig(AppConfig):
    """What was sent: the log, templates, numbers, webhooks."""

    name = "messaging"

    def ready(self) -> None:
        """The first webhook after an upgrade must find the partition of its month; reports show names, not ids."""
        from billing.selectors.names import register
        from messaging.selectors.names import ChannelNames, TemplateNames

        post_migrate.connect(_prepare_partitions, sender=self)
        register(channel=ChannelNames(), template=TemplateNames())


def _prepare_partitions(**_: Any) -> None:
    from messaging.tasks import prepare_partitions

    if "messaging_inbox" in connection.introspection.table_names():  # not so while an early migration is tested
        prepare_partitions()
