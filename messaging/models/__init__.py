"""Messaging's tables, one module a noun."""

from messaging.models.channel import PhoneNumber, Template, TemplateEvent
from messaging.models.inbox import InboxItem, WebhookEndpoint
from messaging.models.message import Message, MessageAnchor, MessagePayload, StatusEvent
from messaging.models.traffic import TrafficDelta, TrafficHour

__all__ = [
    "InboxItem",
    "Message",
    "MessageAnchor",
    "MessagePayload",
    "PhoneNumber",
    "StatusEvent",
    "Template",
    "TemplateEvent",
    "TrafficDelta",
    "TrafficHour",
    "WebhookEndpoint",
]
