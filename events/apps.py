"""The Django app of events."""

from django.apps import AppConfig


class EventsConfig(AppConfig):
    """Events, endpoints, subscriptions and deliveries."""

    name = "events"
