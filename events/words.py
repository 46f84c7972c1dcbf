"""What became of a post to a client, in words."""

from django.utils.translation import gettext, gettext_lazy

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
