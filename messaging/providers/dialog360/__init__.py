"""360dialog: bodies in Meta's format, with credentials of its own."""

from messaging.providers.meta.parse import parse

__all__ = ["parse"]
