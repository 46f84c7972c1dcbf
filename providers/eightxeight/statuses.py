"""The status of a message in 8x8's form: for receipts (version 9) and for message details."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from providers.eightxeight.bodies import chat_apps_body
from providers.eightxeight.delivery_codes import delivery_code
from providers.error_catalogue import META

# Our state: 8x8's, and its detail. 8x8 says "delivered to operator" for a message that WhatsApp accepted.
_STATES = {
    "queued": ("queued", ""),
    "sent": ("delivered", "delivered_to_operator"),
    "delivered": ("delivered", "delivered_to_recipient"),
    "read": ("read", ""),
    "failed": ("undelivered", "rejected_by_operator"),
    "undelivered": ("undelivered", "rejected_by_operator"),
    "expired": ("undelivered", "undelivered_to_recipient"),
    "rejected": ("rejected", ""),
    "received": ("delivered", "delivered_to_recipient"),
}


def status_of(state: str, detail: str, at: datetime, error: tuple[str, int | None, str]) -> dict[str, Any]:
    """8x8's status object. `error`: source of the code, the code and its title."""
    word, detail_of_state = _STATES.get(state, ("queued", ""))
    status: dict[str, Any] = {"state": word, "timestamp": moment(at)}
    if status_detail := detail_of_state or (detail if detail == "cancelled" else ""):
        status["detail"] = status_detail
    source, code, title = error
    if code and word in {"undelivered", "rejected"}:
        number, name = delivery_code(code) if source == META else (code, title)
        status |= {"errorCode": number, "errorMessage": title or name}
    return status


def receipt_body(data: Mapping[str, Any]) -> dict[str, Any]:
    """The body of `outbound_message_status_changed`. `data`: of the event `message.status`."""
    error = data["error_source"], data["error_code"] or None, data["error_title"]
    named = {"batchId": "batch_id", "clientMessageId": "client_message_id", "clientBatchId": "client_batch_id"}
    payload = {
        "umid": data["umid"], **{name: data[ours] for name, ours in named.items() if data[ours]},
        "subAccountId": data["subaccount_id"], "channel": "whatsapp",
        "user": {"msisdn": f"+{data['msisdn']}"} if data["msisdn"] else {"channelUserId": data["user_id"]},
        "status": status_of(data["state"], data["detail"], datetime.fromisoformat(data["at"]), error),
    }  # fmt: skip
    if whatsapp := _whatsapp(data):
        payload["whatsapp"] = whatsapp
    return chat_apps_body("outbound_message_status_changed", "ChatApps outbound message delivery receipt", 9, payload)


def _whatsapp(data: Mapping[str, Any]) -> dict[str, Any]:
    if data["error_code"]:
        meta = data["error_code"] if data["error_source"] == META else data["provider_error_code"]
        return {"providerErrorCode": str(meta)} if meta else {}
    if data["category"] and data["state"] in {"sent", "delivered", "read"}:
        return {"pricingCategory": data["category"]}
    return {}


def moment(at: datetime) -> str:
    """A time in 8x8's format."""
    return f"{at:%Y-%m-%dT%H:%M:%S}.{at.microsecond // 10_000:02d}Z"
