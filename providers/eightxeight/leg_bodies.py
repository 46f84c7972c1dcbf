"""8x8's webhook bodies for messages on other channels than WhatsApp. SMS has a namespace and fields of its own."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from providers.eightxeight.bodies import chat_apps_body, user_object
from providers.eightxeight.statuses import moment
from providers.vocabulary import OtherChannel

_SPELLINGS = {"linenotification": "LineNotification", "zalonotification": "ZaloNotification"}
Data = Mapping[str, Any]


def leg_receipt_body(data: Data) -> dict[str, Any]:
    """The body of `outbound_message_status_changed`. `data`: of the event `leg.status`."""
    payload = {
        "umid": data["umid"], **({"clientMessageId": data["client_message_id"]} if data["client_message_id"] else {}),
        "subAccountId": data["subaccount_id"],
    }  # fmt: skip
    about = (
        {"source": data["business_address"], "destination": _person(data)}
        if data["channel"] == OtherChannel.SMS
        else {"channel": _spelling(data), "user": user_object(data["msisdn"], data["user_id"])}
    )
    return _body(data, "outbound_message_status_changed", 9, {**payload, **about, "status": _status(data)})


def inbound_leg_body(data: Data) -> dict[str, Any]:
    """The body of `inbound_message_received`. `data`: of the event `leg.received`."""
    at, content = moment(datetime.fromisoformat(data["at"])), data["content"]
    payload = {"umid": data["umid"], "subAccountId": data["subaccount_id"], "timestamp": at}
    if data["channel"] == OtherChannel.SMS:
        about = {
            "source": _person(data), "destination": data["business_address"], "body": content.get("text", ""),
            **({"encoding": content["encoding"]} if content.get("encoding") else {}),
        }  # fmt: skip
    else:
        about = {
            "user": user_object(data["msisdn"], data["user_id"], name=content.get("profile_name")),
            "recipient": {"channel": _spelling(data), "channelId": data["business_address"]},
            "type": content.get("type") or "None",
            "content": {name: value for name, value in content.items() if name not in {"type", "profile_name"}},
        }
    return _body(data, "inbound_message_received", 3, {**payload, **about})


def _body(data: Data, kind: str, version: int, payload: dict[str, Any]) -> dict[str, Any]:
    what = "outbound message delivery receipt" if kind.startswith("outbound") else "inbound message"
    if data["channel"] != OtherChannel.SMS:
        return chat_apps_body(kind, f"ChatApps {what}", version, payload)
    if data["segments"] is not None:
        payload["smsCount"] = data["segments"]
    if data["price"] is not None:
        payload["price"] = {"total": float(data["price"]), "currency": data["currency"]}
    return {"namespace": "SMS", "eventType": kind, "description": f"SMS {what}", "payload": payload}


def _status(data: Data) -> dict[str, Any]:
    """8x8's status object, as it came."""
    state = "undelivered" if data["state"] == "failed" else data["state"]
    if state == "sent" and data["detail"] == "delivered_to_operator":
        state = "delivered"
    status = {"state": state, "timestamp": moment(datetime.fromisoformat(data["at"]))}
    if data["detail"]:
        status["detail"] = data["detail"]
    return status | (
        {"errorCode": data["error_code"], "errorMessage": data["error_title"]} if data["error_code"] else {}
    )


def _person(data: Data) -> str:
    return f"+{data['msisdn']}" if data["msisdn"] else data["user_id"]


def _spelling(data: Data) -> str:
    channel = str(data["channel"])
    return _SPELLINGS.get(channel, channel)
