"""The pages of operators about numbers, templates and messages."""

from messaging.log.admin import channels, log

__all__ = ["channels", "log"]
