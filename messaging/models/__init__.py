"""Messaging's tables, one module a noun."""

from messaging.models.callback import Callback, Receipt
from messaging.models.channel import PhoneNumber, Template
from messaging.models.history import Change, ContactEvent
from messaging.models.inbox import InboxItem, WebhookEndpoint
from messaging.models.message import DeletedMessage, Horizon, Message, MessageAnchor, MessagePayload, StatusEvent
from messaging.models.outgoing import OutgoingWebhook
from messaging.models.preference import LogColumns, SavedFilter
from messaging.models.source import Source
from messaging.models.submission import Submission
from messaging.models.traffic import TrafficDay, TrafficDelta, TrafficDetail, TrafficSlot, TrafficZone

__all__ = [
    "Callback",
    "Change",
    "ContactEvent",
    "DeletedMessage",
    "Horizon",
    "InboxItem",
    "LogColumns",
    "Message",
    "MessageAnchor",
    "MessagePayload",
    "OutgoingWebhook",
    "PhoneNumber",
    "Receipt",
    "SavedFilter",
    "Source",
    "StatusEvent",
    "Submission",
    "Template",
    "TrafficDay",
    "TrafficDelta",
    "TrafficDetail",
    "TrafficSlot",
    "TrafficZone",
    "WebhookEndpoint",
]
