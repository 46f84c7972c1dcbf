"""The operator's pages: webhooks in, numbers, templates, messages."""

from messaging.admin import channels, endpoints, inbox, log

__all__ = ["channels", "endpoints", "inbox", "log"]
