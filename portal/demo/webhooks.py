"""Webhook bodies as the providers write them, for `simulate` and for the demo's quarantine."""

import hashlib
import hmac
from typing import Any

import orjson


def meta_status(*, waba_id: str, number_id: str, wamid: str, status: str, at: int, msisdn: str, category: str) -> bytes:
    """One status in Meta's envelope; the price stands with `sent` and with one proof of delivery."""
    report: dict[str, Any] = {"id": wamid, "status": status, "timestamp": str(at), "recipient_id": msisdn}
    if status in {"sent", "delivered"}:
        report["pricing"] = {"billable": True, "pricing_model": "PMP", "type": "regular", "category": category}
    value = {
        "messaging_product": "whatsapp",
        "metadata": {"display_phone_number": "", "phone_number_id": number_id},
        "statuses": [report],
    }
    return orjson.dumps(
        {
            "object": "whatsapp_business_account",
            "entry": [{"id": waba_id, "changes": [{"field": "messages", "value": value}]}],
        }
    )


def signature(app_secret: str, body: bytes) -> str:
    """The value of X-Hub-Signature-256."""
    return "sha256=" + hmac.new(app_secret.encode(), body, hashlib.sha256).hexdigest()
