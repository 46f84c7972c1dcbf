"""8x8's webhook bodies with the content of messages, in the form of version 3, for messages of any provider.

8x8 has no form for some of Meta's content, nor for edits. Their content keeps Meta's names, beside 8x8's where it has
them, so that nothing is lost.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from providers.eightxeight.bodies import chat_apps_body, user_object
from providers.eightxeight.statuses import moment
from providers.events import REVOKED
from providers.reading import mapping, text

_OWN = "8x8"  # the provider whose content is in 8x8's form; that of the others is in Meta's
_MEDIA = {
    "image": "Image", "sticker": "Image", "audio": "Audio", "voice": "Audio", "video": "Video", "document": "File",
}  # fmt: skip
_ABOUT = frozenset({"type", "profile_name", "username", "replyToUmid"})  # told outside the content
_CALL_REPLY = {
    "response": "response", "is_permanent": "isPermanent", "expiration_timestamp": "expirationTimestamp",
    "response_source": "responseSource",
}  # fmt: skip


def inbound_body(data: Mapping[str, Any]) -> dict[str, Any]:
    """The body of `inbound_message_received`. `data`: of the event `message.received`; its content is in the form of
    the message's provider.
    """
    return chat_apps_body("inbound_message_received", "ChatApps inbound message", 3, _inbound(data) | _content(data))


def echo_body(data: Mapping[str, Any]) -> dict[str, Any]:
    """The body of `external_app_message`: a message that the business sent from the WhatsApp Business app."""
    return chat_apps_body("external_app_message", "External App Message", 9, _outbound(data) | _content(data))


def edit_body(data: Mapping[str, Any]) -> dict[str, Any]:
    """The body about an edit or deletion, which 8x8 does not have: `umid` is the original's, the content the new one.

    Its event types are `inbound_message_edited`, `…_deleted`, `outbound_message_edited` and `…_deleted`.
    """
    direction, word = data["direction"], "deleted" if data["state"] == REVOKED else "edited"
    payload = _inbound(data) if direction == "inbound" else _outbound(data)
    content = {} if data["state"] == REVOKED else _content(data)
    return chat_apps_body(f"{direction}_message_{word}", f"ChatApps {direction} message {word}", 3, payload | content)


def quoted_id(content: Mapping[str, Any]) -> str:
    """The provider's id of the message to which a message replies or reacts; empty without one."""
    reaction, context = mapping(content.get("reaction")), mapping(content.get("context"))
    return text(context.get("id") or reaction.get("message_id") or content.get("replyToUmid"), 512)


def _inbound(data: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "umid": data["umid"],
        "subAccountId": data["subaccount_id"],
        "timestamp": moment(datetime.fromisoformat(data["at"])),
        "user": _user(data),
        "recipient": {"channel": "whatsapp", "channelId": data["channel_id"]},
    }


def _outbound(data: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "umid": data["umid"],
        "subAccountId": data["subaccount_id"],
        "channel": "whatsapp",
        "user": _user(data),
        "timestamp": moment(datetime.fromisoformat(data["at"])),
    }


def _user(data: Mapping[str, Any]) -> dict[str, Any]:
    names = {"name": data["content"].get("profile_name"), "username": data["content"].get("username")}
    return user_object(data["msisdn"], data["user_id"], **names)


def _content(data: Mapping[str, Any]) -> dict[str, Any]:
    """Type and content, and the UMID of the message to which this one replies or reacts."""
    message = data["content"]
    if data["provider"] == _OWN:
        kind = str(message.get("type") or "None")
        content = {name: value for name, value in message.items() if name not in _ABOUT}
    else:
        kind, content = _of_meta(message)
    reply_to = data.get("reply_to")
    return {"type": kind, "content": content, **({"replyToUmid": reply_to} if reply_to else {})}


def _of_meta(message: Mapping[str, Any]) -> tuple[str, dict[str, Any]]:
    """8x8's type and content of a message in Meta's form; `None` for what 8x8 has no type for."""
    word = str(message.get("type") or "")
    kind, content = _content_of_type(word, message)
    return kind, {name: value for name, value in message.items() if name not in _ABOUT | {word}} | content


def _content_of_type(word: str, message: Mapping[str, Any]) -> tuple[str, dict[str, Any]]:
    """The object that a message has under the name of its type."""
    part = mapping(message.get(word))
    match word:
        case "text":
            return "Text", {"text": part.get("body")}
        case "button":  # a quick reply of a template
            return "Text", _without_none(text=part.get("text"), payload=part.get("payload"))
        case "location":
            return "Location", {"location": part}
        case "interactive":
            return "Interactive", {"interactive": _reply(part)}
        case _ if word in _MEDIA:
            return _MEDIA[word], _without_none(url=part.get("url"), text=part.get("caption"), **{word: part})
    return "None", {word: message[word]} if word in message else {}


def _reply(part: Mapping[str, Any]) -> dict[str, Any]:
    if part.get("type") == "nfm_reply":
        reply = dict(mapping(part.get("nfm_reply")))
        return {"type": "nfmReply", "nfmReply": {"responseJson": reply.pop("response_json", None), **reply}}
    if part.get("type") == "call_permission_reply":
        reply = mapping(part.get("call_permission_reply"))
        renamed = {_CALL_REPLY.get(name, name): value for name, value in reply.items()}
        return {"type": "callPermissionReply", "callPermissionReply": renamed}
    return dict(part)


def _without_none(**parts: Any) -> dict[str, Any]:
    return {name: value for name, value in parts.items() if value is not None}
