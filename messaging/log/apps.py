"""The app of the log."""

from django.apps import AppConfig


class LogConfig(AppConfig):
    """Messages, templates and numbers."""

    name = "messaging.log"

    def ready(self) -> None:
        """Declare events about messages; and the names of numbers and templates, whose ids alone billing knows."""
        from billing.dimensions import supply_names
        from events import types
        from messaging.log.event_types import MESSAGE_RECEIVED, MESSAGE_STATUS
        from messaging.log.selectors.names import CHANNELS, TEMPLATES

        types.register(MESSAGE_STATUS, MESSAGE_RECEIVED)
        supply_names(channel=CHANNELS, template=TEMPLATES)
