"""What the sandbox writes: answers and webhooks as Meta's."""

from typing import Any

import orjson

from local.demo.webhooks import envelope
from local.sandbox.config import Number
from local.sandbox.errors import Error
from local.sandbox.fate import DELIVERED, FAILED, READ, REPLY, SENT, Step
from local.sandbox.requests import Wanted

_HREF = "https://developers.facebook.com/docs/whatsapp/cloud-api/support/error-codes/"
_NAME = (
    "Your display name has not been approved yet. Your message limit will increase after the display name is approved."
)
_PAYMENT = {
    "error_code": 141006,
    "error_description": "There is an error with the payment method. This will block business initiated conversations.",
    "possible_solution": "Add a new payment method to the account.",
}
_FREE = {"billable": False, "pricing_model": "PMP", "type": "free_customer_service"}
_PAID = {"billable": True, "pricing_model": "PMP", "type": "regular"}


def accepted(wanted: Wanted, wamid: str) -> bytes:
    """The answer 200; only templates have a message_status."""
    message = {"id": wamid} | ({"message_status": "accepted"} if wanted.is_template else {})
    contact = {"input": wanted.to, "wa_id": wanted.msisdn}
    return orjson.dumps({"messaging_product": "whatsapp", "contacts": [contact], "messages": [message]})


def refused(error: Error, trace: str) -> bytes:
    """The answer to a request that is refused."""
    said = {
        "message": f"(#{error.code}) {error.title}",
        "type": error.kind,
        "code": error.code,
        "error_data": {"messaging_product": "whatsapp", "details": error.details},
        "fbtrace_id": trace,
    }
    return orjson.dumps({"error": said})


LIMITED, BLOCKED = ".limited", ".blocked"  # a token that ends so: what its number's health status says


def health(number_id: str, number: Number, token: str) -> bytes:
    """A number's health status: all available, its name not approved, or its account without a payment method."""
    states: dict[str, dict[str, Any]] = {
        "PHONE_NUMBER": {"id": number_id},
        "WABA": {"id": number.waba_id},
        "BUSINESS": {"id": "506914307656634"},
        "APP": {"id": "634974688087057"},
    }
    overall = "AVAILABLE"
    if token.endswith(LIMITED):
        overall = "LIMITED"
        states["PHONE_NUMBER"] |= {"can_send_message": overall, "additional_info": [_NAME]}
    if token.endswith(BLOCKED):
        overall = "BLOCKED"
        states["WABA"] |= {"can_send_message": overall, "errors": [_PAYMENT]}
    entities = [{"entity_type": kind, "can_send_message": "AVAILABLE", **said} for kind, said in states.items()]
    return orjson.dumps({"health_status": {"can_send_message": overall, "entities": entities}, "id": number_id})


def webhook(step: Step, wanted: Wanted, *, number_id: str, number: Number, wamid: str, at: int, priced: bool) -> bytes:
    """The body that tells of one step. `priced`: whether a price was told with an earlier proof of delivery."""
    if step.event == REPLY:
        told = _reply(wanted, number, wamid, at)
    else:
        told = {"statuses": [_status(step, wanted, wamid, at, priced=priced)]}
    return orjson.dumps(envelope(number.waba_id, number_id, told, display_number=number.msisdn))


def _status(step: Step, wanted: Wanted, wamid: str, at: int, *, priced: bool) -> dict[str, Any]:
    status: dict[str, Any] = {
        "id": wamid, "status": step.event, "timestamp": str(at), "recipient_id": wanted.msisdn,
    }  # fmt: skip
    if wanted.reference:
        status["biz_opaque_callback_data"] = wanted.reference
    if step.event in {SENT, DELIVERED} or (step.event == READ and not priced):
        status["pricing"] = (_PAID if wanted.is_template else _FREE) | {"category": wanted.category}
    if step.event == FAILED and step.error is not None:
        error = step.error
        status["errors"] = [
            {"code": error.code, "title": error.title, "message": error.title,
             "error_data": {"details": error.details}, "href": _HREF}
        ]  # fmt: skip
    return status


def _reply(wanted: Wanted, number: Number, wamid: str, at: int) -> dict[str, Any]:
    message = {
        "context": {"from": number.msisdn, "id": wamid},
        "from": wanted.msisdn,
        "id": f"{wamid}.reply",
        "timestamp": str(at),
        "type": "text",
        "text": {"body": "Thank you!"},
    }
    return {"contacts": [{"profile": {"name": "Sandbox"}, "wa_id": wanted.msisdn}], "messages": [message]}
