"""The tables of the log, one module per subject."""

from messaging.log.models.channel import PhoneNumber, Template
from messaging.log.models.history import Change, ContactEvent
from messaging.log.models.message import DeletedMessage, Horizon, Message, MessageAnchor, MessagePayload, StatusEvent
from messaging.log.models.participant import Participant
from messaging.log.models.preference import LogColumns, SavedFilter
from messaging.log.models.source import Source
from messaging.log.models.traffic import TrafficDay, TrafficDelta, TrafficDetail, TrafficSlot, TrafficZone

__all__ = [
    "Change",
    "ContactEvent",
    "DeletedMessage",
    "Horizon",
    "LogColumns",
    "Message",
    "MessageAnchor",
    "MessagePayload",
    "Participant",
    "PhoneNumber",
    "SavedFilter",
    "Source",
    "StatusEvent",
    "Template",
    "TrafficDay",
    "TrafficDelta",
    "TrafficDetail",
    "TrafficSlot",
    "TrafficZone",
]
