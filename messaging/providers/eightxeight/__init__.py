"""8x8 Chat Apps."""

from messaging.providers.eightxeight.parse import parse

__all__ = ["parse"]
