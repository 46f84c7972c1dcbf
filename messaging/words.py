"""Counts in words."""

from messaging.selectors.traffic import Counts


def sentence(counts: Counts, period: str) -> str:
    """Counts in one sentence: "12,480 messages sent, 96.2 % delivered, last 7 days"."""
    parts = []
    if counts.outbound:
        parts.append(f"{counts.outbound:,} {'message' if counts.outbound == 1 else 'messages'} sent")
    if counts.outbound and counts.rate is not None:
        parts.append(f"{counts.rate * 100:.1f}\u00a0% delivered")
    if counts.received:
        parts.append(f"{counts.received:,} received")
    return ", ".join([*(parts or ["No messages"]), lower(period)])


def lower(label: str) -> str:
    """A label inside a sentence."""
    return label[:1].lower() + label[1:]
