"""The billing app."""

from typing import Any

from django.apps import AppConfig
from django.db import connection
from django.db.models.signals import post_migrate


class BillingConfig(AppConfig):
    """What it costs: markets, rate cards, rating, reports."""

    name = "billing"

    def ready(self) -> None:
        """Every installation starts with the bundled markets and rate cards, and gets new ones with an upgrade."""
        post_migrate.connect(_load_bundled, sender=self)


def _load_bundled(**_: Any) -> None:
    from billing.prices.rate_cards import load_bundled

    if "billing_ratecard" in connection.introspection.table_names():  # not so while an early migration is tested
        load_bundled()
