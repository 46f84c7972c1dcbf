"""The results of posts in words."""

from django.utils.translation import gettext, gettext_lazy

_FAILURES = {
    "gaierror": gettext_lazy("host not found"),
    "ConnectError": gettext_lazy("connection failed or invalid certificate"),
    "ConnectTimeout": gettext_lazy("connection timed out"),
    "TimeoutError": gettext_lazy("no response within 5 seconds"),
    "ReadTimeout": gettext_lazy("no response within 5 seconds"),
    "ReadError": gettext_lazy("connection lost"),
    "RemoteProtocolError": gettext_lazy("connection lost"),
    "Forbidden": gettext_lazy("address in a private network"),
}


def post_result(answer: str) -> str:
    """Describe the result of a post: an HTTP status or the name of an error."""
    return (
        gettext("responded %(status)s") % {"status": answer}
        if answer.isdecimal()
        else str(_FAILURES.get(answer, answer))
    )
