"""Requests to 360dialog: the Cloud API's bodies, at another URL, with a key per number instead of its id."""

from providers import health as health_status
from providers.meta import gateway
from providers.outcomes import Answer, Outcome, Rejected
from providers.reading import mapping, text
from providers.transport import credential, get, post
from providers.vendor import Body, Connection

URL, KEY_HEADER = "https://waba-v2.360dialog.io", "D360-API-KEY"


def send(connection: Connection, message: Body) -> Outcome:
    """Send a message in the Cloud API's form, once, from the number that the key belongs to."""
    return post(_url(connection, "/messages"), _headers(connection), message, read_answer, client=connection.client)


def mark_read(connection: Connection, mark: Body) -> Outcome:
    """Mark an inbound message as read; the accepted outcome has no id."""
    read_mark_answer = gateway.read_mark_answer
    return post(_url(connection, "/messages"), _headers(connection), mark, read_mark_answer, client=connection.client)


def health(connection: Connection) -> health_status.HealthAnswer:
    """Request the health status of the key's number and its parents."""
    url = _url(connection, "/health_status")
    return health_status.read_answer(get(url, _headers(connection), client=connection.client))


def _url(connection: Connection, path: str) -> str:
    return f"{connection.base_url or URL}{path}"


def _headers(connection: Connection) -> dict[str, str]:
    return {KEY_HEADER: credential(connection.secret)}


def read_answer(answer: Answer) -> Outcome:
    """Meta's answers, and 360dialog's own refusals, which have no code: `{"meta": {"developerMessage", …}}`."""
    own = mapping((answer.data or {}).get("meta"))
    if own and answer.http_status >= 400:
        return Rejected("360dialog", None, text(own.get("developerMessage"), 512), "", answer)
    return gateway.read_answer(answer)
