"""The app of the log."""

from django.apps import AppConfig


class LogConfig(AppConfig):
    """Messages, templates and numbers."""

    name = "messaging.log"

    def ready(self) -> None:
        """Register the event types of messages, and the names behind the ids of numbers and templates in billing."""
        from billing.dimensions import supply_names
        from billing.notices import notice_sources
        from events import types
        from messaging.log.event_types import MESSAGE_RECEIVED, MESSAGE_STATUS
        from messaging.log.selectors.international import international_notices
        from messaging.log.selectors.names import CHANNELS, TEMPLATES

        types.register(MESSAGE_STATUS, MESSAGE_RECEIVED)
        notice_sources.append(international_notices)
        supply_names(channel=CHANNELS, template=TEMPLATES)
