"""The tables of events."""

from events.models.callback import Callback, Receipt
from events.models.outgoing import OutgoingWebhook

__all__ = ["Callback", "OutgoingWebhook", "Receipt"]
