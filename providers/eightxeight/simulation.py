"""The server side of 8x8's Chat Apps API: Meta's outcomes in 8x8's bodies, error codes and webhooks."""

import uuid
from dataclasses import replace
from datetime import UTC, datetime
from random import Random
from typing import Any

import orjson

from providers.eightxeight import scenarios
from providers.eightxeight.delivery_codes import delivery_code
from providers.eightxeight.simulated_webhooks import User, Webhook
from providers.eightxeight.statuses import moment
from providers.events import MessageEvent
from providers.meta.simulated_templates import check
from providers.meta.translation import template as template_in_meta_form
from providers.reading import is_user_id
from providers.simulated_errors import SimulatedError
from providers.simulation import (
    DELIVERED,
    FAILED,
    REPLY,
    SENT,
    SMS,
    MessageRequest,
    SimulatedRefusal,
    SimulatedReport,
    SimulatedTemplate,
    Simulation,
    Templates,
    bearer,
    digits,
)
from providers.vocabulary import Direction

_COUNT = 132000
_CODES = {100: 1000, 190: 1200, 131008: 1000, 131009: 1000, 131062: 3047, 132001: 3038, 132005: 3043, 132012: 3042,
          132015: 3038, 132016: 3038, 132018: 3041}  # fmt: skip
_RATE_LIMIT_CODES = (4, 80007, 130429, 131056)
_DETAILS = {DELIVERED: "delivered_to_recipient", FAILED: "rejected_by_operator"}


# --- Requests and answers --------------------------------------------------------------------------------------------


def read_request(body: bytes, templates: Templates) -> MessageRequest:
    """Return the message that a body describes; raises SimulatedRefusal with one of Meta's codes."""
    try:
        data = orjson.loads(body)
    except orjson.JSONDecodeError:
        raise SimulatedRefusal(100, "The body is not JSON.") from None
    user = data.get("user") if isinstance(data, dict) else None
    content = data.get("content") if isinstance(data, dict) else None
    if not isinstance(user, dict) or not isinstance(content, dict):
        raise SimulatedRefusal(131008, "'user' and 'content' are required.")
    to, user_id = user.get("msisdn") or "", user.get("channelUserId") or ""
    if not isinstance(to, str) or not (to or is_user_id(user_id)):
        raise SimulatedRefusal(131062)
    is_template = str(data.get("type")).lower() == "template"
    category = _template(content.get("template"), templates).category if is_template else "service"
    if category == "authentication" and not to:
        raise SimulatedRefusal(131062)
    direct = (content.get("whatsApp") or {}).get("directSend") if isinstance(content.get("whatsApp"), dict) else None
    channels = data.get("channels") if isinstance(data.get("channels"), list) else []
    return MessageRequest(
        to or user_id, digits(to) if to else "", "utility" if direct else category, is_template,
        str(data.get("clientMessageId") or ""), user_id="" if to else user_id, direct_send=bool(direct),
        has_sms_fallback=any(isinstance(each, dict) and each.get("channel") == "SMS" for each in channels),
    )  # fmt: skip


def _template(content: Any, templates: Templates) -> SimulatedTemplate:
    """Check a template in Meta's form, into which it is translated."""
    try:
        template = template_in_meta_form(content)
    except (AttributeError, KeyError, TypeError, ValueError):
        raise SimulatedRefusal(131008, "'content.template' needs name, language and components.") from None
    return check(template, templates)


def new_id(rng: Random, msisdn: str, *, inbound: bool = False, group: str = "") -> str:
    """A UMID."""
    return str(uuid.UUID(bytes=rng.randbytes(16), version=4))


def success_answer(request: MessageRequest, umid: str) -> bytes:
    """The answer 200."""
    status = {"state": "queued", "timestamp": f"{datetime.now(UTC):%Y-%m-%dT%H:%M:%S}.00Z"}
    user = {"channelUserId": request.user_id} if request.user_id else {"msisdn": request.to}
    answer = {"umid": umid, "user": user, "status": status}
    return orjson.dumps(answer | ({"clientMessageId": request.reference} if request.reference else {}))


def _code(error: SimulatedError) -> int:
    """8x8's code of a refusal: of too few parameters, 3040 if there are none."""
    if error.code == _COUNT:
        return 3033 if error.count > error.expected_count else 3041 if error.count else 3040
    return _CODES.get(error.code, 1000)


def error_answer(error: SimulatedError, rng: Random) -> tuple[int, bytes]:
    """The status and body of the answer to a refused request."""
    if error.code in _RATE_LIMIT_CODES:
        status, code = 429, 429
    elif error.status >= 500:
        status, code = 500, 2000
    else:
        status, code = (401 if error.code == 190 else 400), _code(error)
    body = {
        "code": code, "message": f"{error.title}: {error.details}", "errorId": new_id(rng, ""),
        "timestamp": f"{datetime.now(UTC):%Y-%m-%dT%H:%M:%S}.00Z",
    }  # fmt: skip
    return status, orjson.dumps(body)


# --- Webhooks --------------------------------------------------------------------------------------------------------


def report_webhook(report: SimulatedReport) -> bytes:
    """Return the webhook for a status of a message, or for a reply to it."""
    at, request, subaccount = datetime.fromtimestamp(report.at, UTC), report.request, report.sender.subaccount
    if report.state == REPLY:
        reply = MessageEvent(
            new_id(Random(report.message_id), ""), "received", at, Direction.INBOUND, subaccount_code=subaccount,
            msisdn=request.msisdn, user_id=request.user_id, content={"text": "Thank you!"},
        )  # fmt: skip
        return event_webhook(reply)
    if report.state == SMS:
        user = User(request.msisdn)
        return Webhook(subaccount, report.message_id, user, at).receipt(
            "delivered", "delivered_to_recipient", channel="sms"
        )
    event = MessageEvent(
        report.message_id, report.state, at, subaccount_code=subaccount, msisdn=request.msisdn, user_id=request.user_id,
        category=request.category, client_message_id=request.reference,
        error_code=report.error.code if report.error else None,
    )  # fmt: skip
    translated = translate_event(event)
    if report.state == SENT:  # as 8x8 reports `sent`
        translated.state, translated.detail = DELIVERED, "delivered_to_operator"
    return event_webhook(translated)


def translate_event(event: MessageEvent) -> MessageEvent:
    """8x8 reports no pricing type, repeats the content with a delivery, and has its own error codes."""
    translated = replace(
        event, pricing_type="", detail=_DETAILS.get(event.state, ""),
        content=event.content if event.state == DELIVERED else None,
    )  # fmt: skip
    if event.error_code is not None:
        translated.error_source, translated.provider_error_code = "8x8", event.error_code
        translated.error_code, translated.error_title = delivery_code(event.error_code)
    return translated


def event_webhook(event: MessageEvent, waba_id: str = "") -> bytes:
    """Return 8x8's webhook for an event; it names no WABA."""
    payload: dict[str, Any] = {
        "umid": event.provider_message_id,
        "subAccountId": event.subaccount_code,
        "user": User(event.msisdn, event.user_id).as_json(),
    }
    if event.client_message_id:
        payload["clientMessageId"] = event.client_message_id
    at = moment(event.at)
    if event.direction == Direction.INBOUND:
        payload |= {"timestamp": at, "type": "Text", "content": {"text": (event.content or {}).get("text")}}
        return _envelope(3, "inbound_message_received", payload)
    status = {"state": "undelivered" if event.state == FAILED else event.state, "timestamp": at}
    payload |= {"channel": "whatsapp", "status": status}
    if event.detail:
        status["detail"] = event.detail
    if event.error_code is not None:
        payload["status"] |= {"errorCode": event.error_code, "errorMessage": event.error_title}
        payload["whatsapp"] = {"providerErrorCode": str(event.provider_error_code)}
    elif event.category:
        payload["whatsapp"] = {"pricingCategory": event.category}
    if event.content:
        payload["outboundContent"] = event.content
    return _envelope(9, "outbound_message_status_changed", payload)


def _envelope(version: int, kind: str, payload: dict[str, Any]) -> bytes:
    return orjson.dumps({"version": version, "namespace": "ChatApps", "eventType": kind, "payload": payload})


def webhook_headers(authorization: str, body: bytes) -> dict[str, str]:
    """The secret in a header."""
    return {"Authorization": authorization}


SIMULATION = Simulation(
    send_path="/api/v1/subaccounts/{subaccount}/messages",
    token=bearer,
    read_request=read_request,
    new_id=new_id,
    success_answer=success_answer,
    error_answer=error_answer,
    report_webhook=report_webhook,
    webhook_headers=webhook_headers,
    translate_event=translate_event,
    event_webhook=event_webhook,
    scenarios=scenarios.ALL,
)
