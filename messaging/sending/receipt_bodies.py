"""A status in 8x8's words: for receipts (version 9) and for message details."""

from datetime import datetime
from functools import lru_cache
from typing import Any

from events.models import Receipt
from messaging.log.models import Message
from providers.error_catalogue import catalogue

_UNKNOWN = (57, "UnknownError")
# Our state: 8x8's, and its detail. What WhatsApp has taken from us, 8x8 calls delivered to the operator.
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


def status_of(word: str, detail: str, at: datetime, error: tuple[str, int | None, str]) -> dict[str, Any]:
    """8x8's status object. `error`: whose code, the code and its title."""
    state, usual = _STATES.get(word, ("queued", ""))
    status: dict[str, Any] = {"state": state, "timestamp": moment(at)}
    if said := usual or (detail if detail == "cancelled" else ""):
        status["detail"] = said
    source, code, title = error
    if code and state in {"undelivered", "rejected"}:
        number, name = _eightxeight().get(code, _UNKNOWN) if source == "meta" else (code, title)
        status |= {"errorCode": number, "errorMessage": title or name}
    return status


def body_of(receipt: Receipt, message: Message) -> dict[str, Any]:
    """The body of one receipt."""
    callback = receipt.callback
    error = message.error_source, receipt.error_code or None, receipt.error_title
    user = {"msisdn": f"+{message.msisdn}"} if message.msisdn else {"channelUserId": message.user_id}
    named = {
        "batchId": str(callback.batch_id or ""), "clientMessageId": message.client_message_id,
        "clientBatchId": callback.client_batch_id,
    }  # fmt: skip
    whatsapp: dict[str, Any] = {}
    if receipt.error_code:
        meta = receipt.error_code if message.error_source == "meta" else message.provider_error_code
        whatsapp = {"providerErrorCode": str(meta)} if meta else {}
    elif message.category and receipt.word in {"sent", "delivered", "read"}:
        whatsapp = {"pricingCategory": message.category}
    payload = {
        "umid": str(callback.umid), **{name: value for name, value in named.items() if value},
        "subAccountId": message.subaccount.code if message.subaccount else "", "channel": "whatsapp", "user": user,
        "status": status_of(receipt.word, receipt.detail, receipt.at, error),
        **({"whatsapp": whatsapp} if whatsapp else {}),
    }  # fmt: skip
    return {
        "version": 9, "namespace": "ChatApps", "eventType": "outbound_message_status_changed",
        "description": "ChatApps outbound message delivery receipt", "payload": payload,
    }  # fmt: skip


@lru_cache(maxsize=1)
def _eightxeight() -> dict[int, tuple[int, str]]:
    """8x8's delivery code and title for a code of Meta's."""
    found: dict[int, tuple[int, str]] = {}
    for (source, code), known in catalogue().items():
        if source == "8x8" and known.meta_code is not None:
            found.setdefault(known.meta_code, (code, known.title))
    return found


def moment(at: datetime) -> str:
    """A time as 8x8 writes it."""
    return f"{at:%Y-%m-%dT%H:%M:%S}.{at.microsecond // 10_000:02d}Z"
