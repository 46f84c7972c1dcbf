"""The app of other channels."""

from django.apps import AppConfig


class LegsConfig(AppConfig):
    """Messages on other channels than WhatsApp."""

    name = "messaging.legs"

    def ready(self) -> None:
        """Register the event types of legs."""
        from events import types
        from messaging.legs.event_types import LEG_RECEIVED, LEG_STATUS

        types.register(LEG_STATUS, LEG_RECEIVED)
