"""The app of the log."""

from django.apps import AppConfig


class LogConfig(AppConfig):
    """Messages, templates and numbers."""

    name = "messaging.log"

    def ready(self) -> None:
        """Declare events about messages; and the names of numbers and templates, whose ids alone billing knows."""
        from billing.selectors.names import register
        from events import types
        from messaging.log.event_types import MESSAGE_RECEIVED, MESSAGE_STATUS
        from messaging.log.selectors.names import ChannelNames, TemplateNames

        types.register(MESSAGE_STATUS, MESSAGE_RECEIVED)
        register(channel=ChannelNames(), template=TemplateNames())
