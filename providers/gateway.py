"""Sending through the providers: an adapter each, which turns a request into one outcome; and asking for health.

Pure HTTP: no database, no clock of Django's, no retries. Who calls decides what to send, when, and what to do next.
"""

from providers.dialog360.gateway import Dialog360
from providers.eightxeight.gateway import EightXEight
from providers.health import HealthAnswer, Silence, Word
from providers.meta.gateway import Meta
from providers.outcomes import Accepted, Outcome, Rejected, Uncertain, Unreached

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
