"""Messaging's tables, one module a noun."""

from messaging.models.channel import PhoneNumber, Template
from messaging.models.history import Change, ContactEvent
from messaging.models.inbox import InboxItem, WebhookEndpoint
from messaging.models.message import Message, MessageAnchor, MessagePayload, StatusEvent
from messaging.models.traffic import TrafficDelta, TrafficSlot

__all__ = [
    "Change",
    "ContactEvent",
    "InboxItem",
    "Message",
    "MessageAnchor",
    "MessagePayload",
    "PhoneNumber",
    "StatusEvent",
    "Template",
    "TrafficDelta",
    "TrafficSlot",
    "WebhookEndpoint",
]
