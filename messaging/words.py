"""Counts, and what became of a post to a client, in words."""

from django.utils.translation import gettext, gettext_lazy, ngettext

from messaging.selectors.traffic import Counts
from portal.core.words import inside


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
    return ", ".join([*(parts or [gettext("No messages")]), inside(period)])


_FAILURES = {
    "gaierror": gettext_lazy("no such host"),
    "ConnectError": gettext_lazy("no connection, or no valid certificate"),
    "ConnectTimeout": gettext_lazy("no connection in time"),
    "TimeoutError": gettext_lazy("no answer within 5 seconds"),
    "ReadTimeout": gettext_lazy("no answer within 5 seconds"),
    "ReadError": gettext_lazy("connection broken"),
    "RemoteProtocolError": gettext_lazy("connection broken"),
    "Forbidden": gettext_lazy("an address of a private network"),
}


def post_answer(answer: str) -> str:
    """What a post to a client came to: an HTTP status, or the kind of failure."""
    return (
        gettext("answered %(status)s") % {"status": answer}
        if answer.isdecimal()
        else str(_FAILURES.get(answer, answer))
    )
