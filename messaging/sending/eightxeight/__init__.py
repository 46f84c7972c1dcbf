"""Checking messages in 8x8's form, with 8x8's codes for faults."""

from messaging.sending.eightxeight.message import read, summarize
from providers.eightxeight.requests.reading import Refusal

__all__ = ["Refusal", "read", "summarize"]
