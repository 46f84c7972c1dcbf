"""The app of the suppression list."""

from django.apps import AppConfig


class SuppressionConfig(AppConfig):
    """Persons to whom no marketing is sent."""

    name = "messaging.suppression"
