"""The pages of operators about webhook endpoints and stored webhooks."""

from messaging.inbound.admin import endpoints, inbox

__all__ = ["endpoints", "inbox"]
