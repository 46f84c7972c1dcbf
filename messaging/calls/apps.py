"""The app of calls."""

from django.apps import AppConfig


class CallsConfig(AppConfig):
    """Calls over WhatsApp."""

    name = "messaging.calls"

    def ready(self) -> None:
        """Calls open the customer service window."""
        from messaging.calls.selectors.window import opened_at
        from messaging.log.selectors.circumstances import window_openers

        window_openers.append(opened_at)
