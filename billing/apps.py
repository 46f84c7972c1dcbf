"""The billing app."""

from typing import Any

from django.apps import AppConfig
from django.db.models.signals import post_migrate


class BillingConfig(AppConfig):
    """What it costs: markets, rate cards, rating, reports."""

    name = "billing"

    def ready(self) -> None:
        """Every installation starts with the bundled markets and rate cards, and gets new ones with an upgrade."""
        post_migrate.connect(_load_bundled, sender=self)


def _load_bundled(**_: Any) -> None:
    from billing.models import RateCard
    from billing.rate_cards import load_bundled

    if RateCard._meta.db_table in _tables():
        load_bundled()


def _tables() -> list[str]:
    from django.db import connection

    return connection.introspection.table_names()
