"""8x8 Chat Apps."""

from providers.eightxeight.parse import parse

__all__ = ["parse"]
