"""Requests to Meta's Cloud API."""

from providers import health as health_status
from providers.outcomes import Accepted, Answer, Outcome, Rejected, without_code
from providers.reading import integer, items, mapping, text
from providers.transport import credential, get, post
from providers.vendor import Body, Connection

URL, VERSION = "https://graph.facebook.com", "v24.0"


def send(connection: Connection, message: Body) -> Outcome:
    """Send a message in the Cloud API's form, once."""
    return post(_url(connection, "/messages"), _headers(connection), message, read_answer, client=connection.client)


def mark_read(connection: Connection, mark: Body) -> Outcome:
    """Mark an inbound message as read; the accepted outcome has no id."""
    return post(_url(connection, "/messages"), _headers(connection), mark, read_mark_answer, client=connection.client)


def health(connection: Connection) -> health_status.HealthAnswer:
    """Request the health status of the number and its parents."""
    url = _url(connection, "?fields=health_status")
    return health_status.read_answer(get(url, _headers(connection), client=connection.client))


def _url(connection: Connection, suffix: str) -> str:
    return f"{connection.base_url or URL}/{VERSION}/{connection.number_id}{suffix}"


def _headers(connection: Connection) -> dict[str, str]:
    return {"Authorization": f"Bearer {credential(connection.secret)}"}


def read_answer(answer: Answer) -> Outcome:
    """An answer of the Cloud API: a message id, or an error with a code."""
    data = answer.data or {}
    error = mapping(data.get("error"))
    code = integer(error.get("code"))
    if code is not None:
        details = text(mapping(error.get("error_data")).get("details"), 1024)
        return Rejected("meta", code, text(error.get("message"), 512), details, answer)
    message = next(iter(items(data.get("messages"))), {})
    wamid = text(message.get("id"), 512)
    if answer.is_success and wamid:
        return Accepted(wamid, text(message.get("message_status"), 64) or "accepted", answer)
    return without_code(answer, "meta", text(error.get("message"), 512))


def read_mark_answer(answer: Answer) -> Outcome:
    """An answer to marking a message as read."""
    if answer.is_success and (answer.data or {}).get("success") is True:
        return Accepted("", "read", answer)
    return read_answer(answer)
