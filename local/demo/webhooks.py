"""Webhook bodies as the providers write them, for the sandbox and for the demo's inbox."""

import hashlib
import hmac
from typing import Any

import orjson

from providers.events import MessageEvent
from providers.vocabulary import Direction, Provider


def envelope(waba_id: str, number_id: str, told: dict[str, Any], *, display_number: str = "") -> dict[str, Any]:
    """Meta's envelope around what `messages` webhooks tell: statuses, or messages and contacts."""
    metadata = {"display_phone_number": display_number, "phone_number_id": number_id}
    change = {"field": "messages", "value": {"messaging_product": "whatsapp", "metadata": metadata} | told}
    return {"object": "whatsapp_business_account", "entry": [{"id": waba_id, "changes": [change]}]}


def meta_status(*, waba_id: str, number_id: str, wamid: str, status: str, at: int, msisdn: str, category: str) -> bytes:
    """One status in Meta's envelope; the price stands with `sent` and with one proof of delivery."""
    report: dict[str, Any] = {"id": wamid, "status": status, "timestamp": str(at), "recipient_id": msisdn}
    if status in {"sent", "delivered"}:
        report["pricing"] = {"billable": True, "pricing_model": "PMP", "type": "regular", "category": category}
    return orjson.dumps(envelope(waba_id, number_id, {"statuses": [report]}))


def body_of(event: MessageEvent, *, provider: str, waba_id: str) -> bytes:
    """The webhook with which a provider would have told an event of the demo."""
    if provider == Provider.EIGHT_X_EIGHT:
        return orjson.dumps(_eightxeight(event))
    if event.direction == Direction.INBOUND:
        return orjson.dumps(_meta_inbound(event, waba_id))
    return meta_status(
        waba_id=waba_id, number_id=event.number_id, wamid=event.provider_message_id, status=event.state,
        at=int(event.at.timestamp()), msisdn=event.msisdn, category=event.category,
    )  # fmt: skip


def _meta_inbound(event: MessageEvent, waba_id: str) -> dict[str, Any]:
    message = {"from": event.msisdn, "id": event.provider_message_id, "timestamp": str(int(event.at.timestamp()))}
    return envelope(waba_id, event.number_id, {"messages": [message | (event.content or {})]})


def _eightxeight(event: MessageEvent) -> dict[str, Any]:
    payload: dict[str, Any] = {
        "umid": event.provider_message_id,
        "subAccountId": event.subaccount_code,
        "user": {"msisdn": f"+{event.msisdn}"},
    }
    if event.client_message_id:
        payload["clientMessageId"] = event.client_message_id
    at = f"{event.at:%Y-%m-%dT%H:%M:%S}.{event.at.microsecond // 10_000:02d}Z"
    if event.direction == Direction.INBOUND:
        payload |= {"timestamp": at, "type": "Text", "content": {"text": (event.content or {}).get("text")}}
        return {"version": 3, "namespace": "ChatApps", "eventType": "inbound_message_received", "payload": payload}
    state = "undelivered" if event.state == "failed" else event.state
    payload |= {"channel": "whatsapp", "status": {"state": state, "timestamp": at}}
    if event.detail:
        payload["status"]["detail"] = event.detail
    if event.error_code is not None:
        payload["status"] |= {"errorCode": event.error_code, "errorMessage": event.error_title}
        payload["whatsapp"] = {"providerErrorCode": str(event.provider_error_code)}
    elif event.category:
        payload["whatsapp"] = {"pricingCategory": event.category}
    if event.content:
        payload["outboundContent"] = event.content
    kind = "outbound_message_status_changed"
    return {"version": 9, "namespace": "ChatApps", "eventType": kind, "payload": payload}


def signature(app_secret: str, body: bytes) -> str:
    """The value of X-Hub-Signature-256."""
    return "sha256=" + hmac.new(app_secret.encode(), body, hashlib.sha256).hexdigest()
