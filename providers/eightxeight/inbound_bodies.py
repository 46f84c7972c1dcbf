"""8x8's webhook body (version 3) for an inbound message of any provider."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from providers.eightxeight.statuses import moment
from providers.reading import mapping

_OWN = "8x8"  # the provider whose content is in 8x8's form; that of the others is in Meta's
_MEDIA = {"image": "Image", "sticker": "Image", "audio": "Audio", "video": "Video", "document": "File"}


def inbound_body(data: Mapping[str, Any]) -> dict[str, Any]:
    """The body of `inbound_message_received`. `data`: of the event `message.received`; its content is in the form of
    the message's provider.
    """
    message = data["content"]
    if data["provider"] == _OWN:
        kind = str(message.get("type") or "None")
        content = {name: value for name, value in message.items() if name not in {"type", "profile_name"}}
    else:
        kind, content = _of_meta(message)
    user = {
        "msisdn": f"+{data['msisdn']}" if data["msisdn"] else "", "channelUserId": data["user_id"],
        "name": message.get("profile_name"),
    }  # fmt: skip
    payload = {
        "umid": data["umid"],
        "subAccountId": data["subaccount_id"],
        "timestamp": moment(datetime.fromisoformat(data["at"])),
        "user": {name: value for name, value in user.items() if value},
        "recipient": {"channel": "whatsapp", "channelId": data["channel_id"]},
        "type": kind,
        "content": content,
    }
    return {
        "version": 3, "namespace": "ChatApps", "eventType": "inbound_message_received",
        "description": "ChatApps inbound message", "payload": payload,
    }  # fmt: skip


def _of_meta(message: Mapping[str, Any]) -> tuple[str, dict[str, Any]]:
    """8x8's type and content of a message in Meta's form; `None` for what 8x8 has no type for."""
    word = str(message.get("type") or "")
    part = mapping(message.get(word))
    match word:
        case "text":
            return "Text", {"text": part.get("body")}
        case "button":  # a quick reply of a template
            return "Text", _without_none(text=part.get("text"), payload=part.get("payload"))
        case "location":
            place = {name: part.get(name) for name in ("latitude", "longitude")}
            return "Location", {"location": place}
        case "interactive":
            return "Interactive", {"interactive": _reply(part)}
        case _ if word in _MEDIA:
            return _MEDIA[word], _without_none(url=part.get("url"), text=part.get("caption"))
    return "None", {}


def _reply(part: Mapping[str, Any]) -> dict[str, Any]:
    if part.get("type") == "nfm_reply":
        return {
            "type": "nfmReply",
            "nfmReply": {"responseJson": mapping(part.get("nfm_reply")).get("response_json")},
        }
    return dict(part)


def _without_none(**parts: Any) -> dict[str, Any]:
    return {name: value for name, value in parts.items() if value is not None}
