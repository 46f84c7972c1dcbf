"""The admin of numbers, templates and messages, for operators."""

from messaging.log.admin import channels, log

__all__ = ["channels", "log"]
