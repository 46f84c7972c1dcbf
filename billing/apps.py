"""The billing app."""

from typing import Any

from django.apps import AppConfig
from django.db import connection
from django.db.models.signals import post_migrate, post_save


class BillingConfig(AppConfig):
    """Costs: markets, rate cards, rating and reports."""

    name = "billing"

    def ready(self) -> None:
        """Load the bundled markets and rate cards after each migration."""
        from accounts.models import Waba
        from billing.proposals.corrections import follow_waba

        post_migrate.connect(_load_bundled, sender=self)
        post_save.connect(follow_waba, sender=Waba, dispatch_uid="billing_follow_waba")


def _load_bundled(**_: Any) -> None:
    from billing.prices.rate_cards import load_bundled

    if "billing_ratecard" in connection.introspection.table_names():  # not so after a migration to zero
        load_bundled()
