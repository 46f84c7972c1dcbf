"""Checks messages in 8x8's form; refusals have 8x8's codes."""

from messaging.sending.eightxeight.message import read, summarize
from providers.eightxeight.requests.reading import Refusal

__all__ = ["Refusal", "read", "summarize"]
