"""The app of the log."""

from django.apps import AppConfig


class LogConfig(AppConfig):
    """Messages, templates and numbers."""

    name = "messaging.log"

    def ready(self) -> None:
        """Reports of billing show the names of numbers and templates, whose ids alone billing knows."""
        from billing.selectors.names import register
        from messaging.log.selectors.names import ChannelNames, TemplateNames

        register(channel=ChannelNames(), template=TemplateNames())
