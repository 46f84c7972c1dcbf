"""The messaging app."""

from typing import Any

from django.apps import AppConfig
from django.db import connection
from django.db.models.signals import post_migrate


class MessagingConfig(AppConfig):
    """What was sent: the log, templates, numbers, webhooks."""

    name = "messaging"

    def ready(self) -> None:
        """The first webhook after an upgrade must find the partition of its month."""
        post_migrate.connect(_prepare_partitions, sender=self)


def _prepare_partitions(**_: Any) -> None:
    from messaging.tasks import prepare_partitions

    if "messaging_inbox" in connection.introspection.table_names():  # not so while an early migration is tested
        prepare_partitions()
