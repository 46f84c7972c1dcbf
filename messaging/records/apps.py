"""The app of the common part of records; it has templates and no tables."""

from django.apps import AppConfig


class RecordsConfig(AppConfig):
    """The mechanism of calls and of messages on other channels."""

    name = "messaging.records"
