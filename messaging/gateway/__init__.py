"""Sending through the providers: an adapter each, which turns a request into one outcome; and asking for health.

Pure HTTP: no database, no clock of Django's, no retries. Who calls decides what to send, when, and what to do next.
"""

from messaging.gateway.dialog360 import Dialog360
from messaging.gateway.eightxeight import EightXEight
from messaging.gateway.health import HealthAnswer, Silence, Word
from messaging.gateway.meta import Meta
from messaging.gateway.outcomes import Accepted, Outcome, Rejected, Uncertain, Unreached

__all__ = [
    "Accepted",
    "Dialog360",
    "EightXEight",
    "HealthAnswer",
    "Meta",
    "Outcome",
    "Rejected",
    "Silence",
    "Uncertain",
    "Unreached",
    "Word",
]
