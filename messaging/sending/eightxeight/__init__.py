"""8x8's form of a message: its checks, with 8x8's codes for what is wrong, and its translation for the Cloud API."""

from messaging.sending.eightxeight.message import glimpse, read
from messaging.sending.eightxeight.reading import Refused
from messaging.sending.eightxeight.translation import for_cloud, for_eightxeight

__all__ = ["Refused", "for_cloud", "for_eightxeight", "glimpse", "read"]
