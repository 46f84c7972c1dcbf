"""Counts in words."""

from messaging.selectors.traffic import Counts
from portal.core.forms import lower


def sentence(counts: Counts, period: str, *, rate: bool = True) -> str:
    """Counts in one sentence: "12,480 messages sent, 96.2 % delivered, last 7 days".

    Without rate and "sent" where only some statuses are counted.
    """
    parts = []
    if counts.outbound:
        noun = "message" if counts.outbound == 1 else "messages"
        parts.append(f"{counts.outbound:,} {noun}{' sent' if rate else ''}")
    if rate and counts.outbound and counts.rate is not None:
        parts.append(f"{counts.rate * 100:.1f}\u00a0% delivered")
    if counts.received:
        parts.append(f"{counts.received:,} received")
    return ", ".join([*(parts or ["No messages"]), lower(period)])
