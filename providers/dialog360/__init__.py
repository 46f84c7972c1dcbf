"""360dialog: bodies in Meta's format, with credentials of its own."""

from providers.meta.parse import parse

__all__ = ["parse"]
