"""The operator's pages: webhooks in and out, numbers, templates, messages and what is being sent."""

from messaging.admin import channels, endpoints, inbox, log, sending

__all__ = ["channels", "endpoints", "inbox", "log", "sending"]
