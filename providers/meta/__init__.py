"""Meta Cloud API."""

from providers.meta.parse import parse

__all__ = ["parse"]
