"""The server side of Meta's Cloud API: answers, the health status, and webhooks."""

import base64
from dataclasses import replace
from random import Random
from typing import Any

import orjson

from providers.events import MessageEvent
from providers.meta import scenarios
from providers.meta.scenarios import business
from providers.meta.simulated_requests import is_read_mark, read_request
from providers.meta.simulated_webhooks import price, without_empty
from providers.meta.wamids import INBOUND_KEY, OUTBOUND_KEY, group_number, wamid
from providers.meta.webhooks import HEADER, signature
from providers.scenarios import SimulatedSender
from providers.simulated_errors import SimulatedError
from providers.simulation import (
    BLOCKED,
    DELIVERED,
    FAILED,
    LIMITED,
    READ,
    REPLY,
    SENT,
    MessageRequest,
    SimulatedReport,
    Simulation,
    bearer,
)
from providers.vocabulary import Direction

_HREF = "https://developers.facebook.com/docs/whatsapp/cloud-api/support/error-codes/"
_NAME_NOT_APPROVED = (
    "Your display name has not been approved yet. Your message limit will increase after the display name is approved."
)
_PAYMENT = {
    "error_code": 141006,
    "error_description": "There is an error with the payment method. This will block business initiated conversations.",
    "possible_solution": "Add a new payment method to the account.",
}
_PARTICIPANTS = ("919876", "336123", "659123")  # of every group: the beginnings of three numbers


# --- Answers ---------------------------------------------------------------------------------------------------------


def new_id(rng: Random, msisdn: str, *, inbound: bool = False, group: str = "") -> str:
    """A wamid, which names the person, or the group."""
    length = INBOUND_KEY if inbound else OUTBOUND_KEY
    return wamid(msisdn, f"{rng.getrandbits(4 * length):0{length}X}", inbound=inbound, group=group_number(group))


def success_answer(request: MessageRequest, wamid: str) -> bytes:
    """The answer 200; only templates have a message_status."""
    message = {"id": wamid} | ({"message_status": "accepted"} if request.is_template else {})
    contact = {"input": request.to} | without_empty(wa_id=request.msisdn, user_id=request.user_id)
    if request.group_id:
        message |= {"group_id": request.group_id}
    return orjson.dumps({"messaging_product": "whatsapp", "contacts": [contact], "messages": [message]})


def error_answer(error: SimulatedError, rng: Random) -> tuple[int, bytes]:
    """The status and body of the answer to a refused request."""
    body = {
        "message": f"(#{error.code}) {error.title}",
        "type": error.kind,
        "code": error.code,
        "error_data": {"messaging_product": "whatsapp", "details": error.details},
        "fbtrace_id": base64.urlsafe_b64encode(rng.randbytes(17)).decode().rstrip("="),
    }
    return error.status, orjson.dumps({"error": body})


def health(sender: SimulatedSender, token: str) -> bytes:
    """The health status of a number: available, limited by its name, or blocked for want of a payment method."""
    states: dict[str, dict[str, Any]] = {
        "PHONE_NUMBER": {"id": sender.number_id},
        "WABA": {"id": sender.waba_id},
        "BUSINESS": {"id": "506914307656634"},
        "APP": {"id": "634974688087057"},
    }
    overall = "AVAILABLE"
    if token.endswith(LIMITED):
        overall = "LIMITED"
        states["PHONE_NUMBER"] |= {"can_send_message": overall, "additional_info": [_NAME_NOT_APPROVED]}
    if token.endswith(BLOCKED):
        overall = "BLOCKED"
        states["WABA"] |= {"can_send_message": overall, "errors": [_PAYMENT]}
    entities = [{"entity_type": kind, "can_send_message": "AVAILABLE", **state} for kind, state in states.items()]
    return orjson.dumps({"health_status": {"can_send_message": overall, "entities": entities}, "id": sender.number_id})


# --- Webhooks --------------------------------------------------------------------------------------------------------


def report_webhook(report: SimulatedReport) -> bytes:
    """Return the webhook for a status of a message, or for a reply to it."""
    sender = report.sender
    value = _reply(report) if report.state == REPLY else {"statuses": _statuses(report)}
    return orjson.dumps(envelope(sender.waba_id, sender.number_id, value, display_number=sender.msisdn))


def _statuses(report: SimulatedReport) -> list[dict[str, Any]]:
    """The status, or in a group one for each participant; `sent` is the group's as a whole."""
    request = report.request
    if not request.group_id:
        recipient = without_empty(recipient_id=request.msisdn, recipient_user_id=request.user_id)
        return [_status(report, recipient)]
    group = {"recipient_id": request.group_id, "recipient_type": "group"}
    if report.state == SENT:
        return [_status(report, group)]
    numbers = [f"{code}{Random(request.group_id + code).randrange(10**6):06d}" for code in _PARTICIPANTS]
    return [_status(report, group | {"recipient_participant_id": number}) for number in numbers]


def _pricing(request: MessageRequest) -> dict[str, Any]:
    group = "group_" if request.group_id else ""
    return price(f"{group}{request.category}", "regular" if request.is_charged else f"free_{group}customer_service")


def _status(report: SimulatedReport, recipient: dict[str, str]) -> dict[str, Any]:
    request = report.request
    status: dict[str, Any] = {
        "id": report.message_id, "status": report.state, "timestamp": str(report.at), **recipient,
    }  # fmt: skip
    if request.direct_send:
        status["template_id"] = str(10**15 + Random(report.sender.waba_id).randrange(10**15))
    if request.reference:
        status["biz_opaque_callback_data"] = request.reference
    if report.state in {SENT, DELIVERED} or (report.state == READ and not report.is_priced):
        status["pricing"] = _pricing(request)
    if report.state == FAILED and report.error is not None:
        error = report.error
        status["errors"] = [
            {"code": error.code, "title": error.title, "message": error.title,
             "error_data": {"details": error.details}, "href": _HREF}
        ]  # fmt: skip
    return status


def _reply(report: SimulatedReport) -> dict[str, Any]:
    msisdn, user_id = report.request.msisdn, report.request.user_id
    message = {
        "context": {"from": report.sender.msisdn, "id": report.message_id},
        **without_empty(**{"from": msisdn, "from_user_id": user_id}),
        "id": _reply_id(report),
        "timestamp": str(report.at),
        "type": "text",
        "text": {"body": "Thank you!"},
    }
    person = {"profile": {"name": "Sandbox"}, **without_empty(wa_id=msisdn, user_id=user_id)}
    return {"contacts": [person], "messages": [message]}


def _reply_id(report: SimulatedReport) -> str:
    """The id of the reply, always the same for a message."""
    return new_id(Random(report.message_id), report.request.msisdn, inbound=True)


def envelope(waba_id: str, number_id: str, content: dict[str, Any], *, display_number: str = "") -> dict[str, Any]:
    """Meta's envelope around the content of `messages` webhooks: statuses, or messages and contacts."""
    metadata = {"display_phone_number": display_number, "phone_number_id": number_id}
    change = {"field": "messages", "value": {"messaging_product": "whatsapp", "metadata": metadata} | content}
    return {"object": "whatsapp_business_account", "entry": [{"id": waba_id, "changes": [change]}]}


def meta_status(*, waba_id: str, number_id: str, wamid: str, status: str, at: int, msisdn: str, category: str) -> bytes:
    """Return one status in Meta's envelope; `sent` and one proof of delivery carry the price."""
    entry: dict[str, Any] = {"id": wamid, "status": status, "timestamp": str(at), "recipient_id": msisdn}
    if status in {"sent", "delivered"}:
        entry["pricing"] = {"billable": True, "pricing_model": "PMP", "type": "regular", "category": category}
    return orjson.dumps(envelope(waba_id, number_id, {"statuses": [entry]}))


def event_webhook(event: MessageEvent, waba_id: str) -> bytes:
    """Return Meta's webhook for an event."""
    at = int(event.at.timestamp())
    if event.direction == Direction.INBOUND:
        message = {"from": event.msisdn, "id": event.provider_message_id, "timestamp": str(at)}
        return orjson.dumps(envelope(waba_id, event.number_id, {"messages": [message | (event.content or {})]}))
    return meta_status(
        waba_id=waba_id, number_id=event.number_id, wamid=event.provider_message_id, status=event.state, at=at,
        msisdn=event.msisdn, category=event.category,
    )  # fmt: skip


def translate_event(event: MessageEvent) -> MessageEvent:
    """The event as Meta reports it: without content."""
    return replace(event, content=None)


def webhook_headers(app_secret: str, body: bytes) -> dict[str, str]:
    """Sign a body."""
    return {HEADER: signature(app_secret, body)}


SIMULATION = Simulation(
    send_path="/{version}/{number_id}/messages",
    token=bearer,
    read_request=read_request,
    is_read_mark=is_read_mark,
    new_id=new_id,
    success_answer=success_answer,
    error_answer=error_answer,
    report_webhook=report_webhook,
    webhook_headers=webhook_headers,
    translate_event=translate_event,
    event_webhook=event_webhook,
    health_path="/{version}/{number_id}",
    health=health,
    scenarios=scenarios.ALL,
    template_scenario=business.templates,
)
