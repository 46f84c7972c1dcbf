"""The billing app."""

from django.apps import AppConfig


class BillingConfig(AppConfig):
    """What it costs: markets, rate cards, rating, reports."""

    name = "billing"
