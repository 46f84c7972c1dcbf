"""Requests to 8x8's Chat Apps API."""

from providers.eightxeight.requests.reading import SOURCE
from providers.outcomes import Accepted, Answer, Outcome, Rejected, without_code
from providers.reading import integer, mapping, text
from providers.transport import credential, post
from providers.umids import canonical
from providers.vendor import Body, Connection

URL = "https://chatapps.8x8.com"  # 8x8 has another for each of its regions


def send(connection: Connection, message: Body) -> Outcome:
    """Send a message in 8x8's form from a subaccount, once."""
    url = f"{connection.base_url or URL}/api/v1/subaccounts/{connection.subaccount_code}/messages"
    headers = {"Authorization": f"Bearer {credential(connection.secret)}"}
    return post(url, headers, message, read_answer, client=connection.client)


def read_answer(answer: Answer) -> Outcome:
    """An answer of 8x8's: a UMID and a status, which may be `rejected`, or the envelope `{code, message, errorId}`."""
    data = answer.data or {}
    status, umid = mapping(data.get("status")), canonical(data.get("umid"))
    state = text(status.get("state"), 32).lower()
    if answer.is_success and state == "rejected":
        return Rejected(SOURCE, integer(status.get("errorCode")), text(status.get("errorMessage"), 512), "", answer)
    if answer.is_success and umid:
        return Accepted(umid, state or "queued", answer)
    code = integer(data.get("code"))
    if code is None:
        return without_code(answer, SOURCE, text(data.get("message"), 512))
    reference = text(data.get("errorId"), 64)
    details = f"8x8's errorId is {reference}." if reference else ""
    return Rejected(SOURCE, code, text(data.get("message"), 512), details, answer)
