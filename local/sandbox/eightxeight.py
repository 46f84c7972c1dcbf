"""8x8's Chat Apps API as the sandbox speaks it: the same endings, in 8x8's bodies, codes and receipts."""

import uuid
from collections.abc import Mapping
from datetime import UTC, datetime
from random import Random
from typing import Any

import orjson

from local.demo.webhooks import body_of
from local.sandbox.config import Template
from local.sandbox.errors import Error
from local.sandbox.fate import DELIVERED, FAILED, READ, REPLY, SENT, Step
from local.sandbox.requests import Refused, Wanted, digits
from providers.error_catalogue import catalogue
from providers.events import MessageEvent
from providers.vocabulary import Direction, Provider

_CODES = {100: 1000, 190: 1200, 131008: 1000, 131062: 3047, 132000: 3041, 132001: 3038, 132015: 3038}
_TOO_FAST = (4, 80007, 130429, 131056)
_DETAILS = {
    SENT: "delivered_to_operator",
    DELIVERED: "delivered_to_recipient",
    FAILED: "rejected_by_operator",
    READ: "",
}


def read(body: bytes, templates: Mapping[tuple[str, str], Template]) -> Wanted:
    """The message a body asks for; raises `Refused` with Meta's code for what is wrong."""
    try:
        data = orjson.loads(body)
    except orjson.JSONDecodeError:
        raise Refused(100, "The body is not JSON.") from None
    user = data.get("user") if isinstance(data, dict) else None
    content = data.get("content") if isinstance(data, dict) else None
    if not isinstance(user, dict) or not isinstance(content, dict):
        raise Refused(131008, "'user' and 'content' are required.")
    to = user.get("msisdn")
    if not isinstance(to, str):
        raise Refused(131062)
    is_template = str(data.get("type")).lower() == "template"
    category = _template(content.get("template"), templates).category if is_template else "service"
    return Wanted(to, digits(to), category, is_template, str(data.get("clientMessageId") or ""))


def _template(given: Any, templates: Mapping[tuple[str, str], Template]) -> Template:
    data = given if isinstance(given, dict) else {}
    found = templates.get((str(data.get("name")), str(data.get("language"))))
    if found is None:
        raise Refused(132001)
    bodies = [each for each in data.get("components") or [] if str(each.get("type", "body")).lower() == "body"]
    if sum(len(each.get("parameters") or []) for each in bodies) != found.body_parameters:
        raise Refused(132000)
    return found


def new_id(chance: Random) -> str:
    """A UMID."""
    return str(uuid.UUID(bytes=chance.randbytes(16), version=4))


def accepted(wanted: Wanted, umid: str) -> bytes:
    """The answer 200."""
    status = {"state": "queued", "timestamp": f"{datetime.now(UTC):%Y-%m-%dT%H:%M:%S}.00Z"}
    answer = {"umid": umid, "user": {"msisdn": wanted.to}, "status": status}
    return orjson.dumps(answer | ({"clientMessageId": wanted.reference} if wanted.reference else {}))


def refused(error: Error, chance: Random) -> tuple[int, bytes]:
    """Status and body of the answer to a request that is refused."""
    if error.code in _TOO_FAST:
        status, code = 429, 429
    elif error.status >= 500:
        status, code = 500, 2000
    else:
        status, code = (401 if error.code == 190 else 400), _CODES.get(error.code, 1000)
    said = {
        "code": code, "message": f"{error.title}: {error.details}", "errorId": new_id(chance),
        "timestamp": f"{datetime.now(UTC):%Y-%m-%dT%H:%M:%S}.00Z",
    }  # fmt: skip
    return status, orjson.dumps(said)


def webhook(step: Step, wanted: Wanted, *, subaccount: str, umid: str, at: int) -> bytes:
    """The body that tells of one step."""
    moment = datetime.fromtimestamp(at, UTC)
    if step.event == REPLY:
        event = MessageEvent(
            new_id(Random(umid)), "received", moment, Direction.INBOUND, subaccount_code=subaccount,
            msisdn=wanted.msisdn, content={"text": "Thank you!"},
        )  # fmt: skip
        return body_of(event, provider=Provider.EIGHT_X_EIGHT, waba_id="")
    event = MessageEvent(
        umid, DELIVERED if step.event == SENT else step.event, moment, subaccount_code=subaccount,
        msisdn=wanted.msisdn, category=wanted.category, detail=_DETAILS[step.event], client_message_id=wanted.reference,
    )  # fmt: skip
    if step.error is not None:
        event.error_code, event.error_title, event.provider_error_code = _delivery_code(step.error)
    return body_of(event, provider=Provider.EIGHT_X_EIGHT, waba_id="")


def _delivery_code(error: Error) -> tuple[int, str, int]:
    """8x8's code for one of Meta's, its title, and Meta's."""
    for (source, code), known in catalogue().items():
        if source == "8x8" and known.meta_code == error.code:
            return code, known.title, error.code
    return 57, "UnknownError", error.code
