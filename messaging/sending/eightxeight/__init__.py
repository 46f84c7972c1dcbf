"""8x8's form of a message, checked against what we know, with 8x8's codes for what is wrong."""

from messaging.sending.eightxeight.message import read, summarize
from providers.eightxeight.requests.reading import Refusal

__all__ = ["Refusal", "read", "summarize"]
