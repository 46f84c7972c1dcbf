"""The app of events."""

from django.apps import AppConfig


class EventsConfig(AppConfig):
    """What clients and people are notified of."""

    name = "events"
