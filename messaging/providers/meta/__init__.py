"""Meta Cloud API."""

from messaging.providers.meta.parse import parse

__all__ = ["parse"]
