"""Counts in words."""

from django.utils.translation import gettext, ngettext

from core.words import in_sentence
from messaging.log.selectors.traffic import Counts


def sentence(counts: Counts, period: str, *, rate: bool = True) -> str:
    """Counts in one sentence: "12,480 messages sent, 96.2 % delivered, last 7 days".

    Without rate and "sent" where only some statuses are counted.
    """
    parts = []
    if counts.outbound:
        noun = (
            ngettext("%(n)s message sent", "%(n)s messages sent", counts.outbound)
            if rate
            else ngettext("%(n)s message", "%(n)s messages", counts.outbound)
        )
        parts.append(noun % {"n": f"{counts.outbound:,}"})
    if rate and counts.outbound and counts.rate is not None:
        parts.append(gettext("%(share)s delivered") % {"share": f"{counts.rate * 100:.1f}\u00a0%"})
    if counts.received:
        parts.append(gettext("%(n)s received") % {"n": f"{counts.received:,}"})
    return ", ".join([*(parts or [gettext("No messages")]), in_sentence(period)])
