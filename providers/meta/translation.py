"""A checked message as the Cloud API wants it, from a request in 8x8's form or in its own."""

from collections.abc import Mapping
from typing import Any

from providers.vendor import Body, Summary

_SUBTYPES = {
    "quickreply": "quick_reply",
    "url": "url",
    "copycode": "copy_code",
    "flow": "flow",
    "voicecall": "voice_call",
}
_VALUES = {"payload": "payload", "couponCode": "coupon_code", "ttlMinutes": "ttl_minutes"}


def from_cloud(request: Body, reference: str) -> dict[str, Any]:
    """The client's body with a reference of ours; the client's own stays, where it gives one."""
    sent = {name: value for name, value in request.items() if name != "tollgate"}
    return {"biz_opaque_callback_data": reference, **sent}


def from_8x8(request: Body, about: Summary, reference: str) -> dict[str, Any]:
    """The Cloud API's body of a message in 8x8's form."""
    to = {"to": f"+{about.msisdn}"} if about.msisdn else {"recipient": about.user_id}
    kind, content = _content(about.content_type, request["content"])
    context = {"context": {"message_id": about.reply_to}} if about.reply_to else {}
    return {
        "messaging_product": "whatsapp", "recipient_type": "individual", **to, **context, "type": kind, kind: content,
        "biz_opaque_callback_data": reference,
    }  # fmt: skip


def _content(kind: str, content: Mapping[str, Any]) -> tuple[str, Any]:
    """The Cloud API's type, and what stands under its name."""
    if kind == "text":
        return "text", {"body": content["text"]}
    if kind == "template":
        return "template", _template(content["template"])
    if kind == "location":
        return "location", _some(content["location"], "latitude", "longitude", "name", "address")
    if kind == "interactive":
        return "interactive", _interactive(content["interactive"])
    name = "document" if kind == "file" else kind
    caption = {"caption": content["text"]} if content.get("text") and kind != "audio" else {}
    filename = {"filename": content["url"].partition("?")[0].rpartition("/")[2]} if kind == "file" else {}
    return name, {"link": content["url"], **caption, **filename}


def _some(given: Mapping[str, Any], *names: str) -> dict[str, Any]:
    return {name: given[name] for name in names if given.get(name) is not None}


def _template(given: Mapping[str, Any]) -> dict[str, Any]:
    components = [_component(each) for each in given.get("components") or ()]
    return {"name": given["name"], "language": {"code": given["language"]}, "components": [c for c in components if c]}


def _component(given: Mapping[str, Any]) -> dict[str, Any]:
    kind = str(given.get("type") or "body").lower()
    parameters = [_parameter(each) for each in given.get("parameters") or ()]
    if kind == "carousel":
        cards = [
            {"card_index": int(card.get("cardIndex") or at),
             "components": [_component(each) for each in card.get("components") or ()]}
            for at, card in enumerate(given.get("cards") or ())
        ]  # fmt: skip
        return {"type": "carousel", "cards": cards}
    if kind == "button":
        subtype = _SUBTYPES[str(given.get("subType")).lower()]
        return {"type": "button", "sub_type": subtype, "index": str(given.get("index") or 0), "parameters": parameters}
    return {"type": kind, "parameters": parameters} if parameters else {}


def _parameter(given: Mapping[str, Any]) -> dict[str, Any]:
    kind = given["type"]
    if kind in {"image", "video", "document", "gif"}:
        return {"type": kind, kind: {"link": given["url"]}}
    if kind == "location":
        return {"type": kind, kind: _some(given["location"], "latitude", "longitude", "name", "address")}
    if kind == "action":
        screen = given.get("flowActionData") or {}
        return {"type": kind, kind: {"flow_action_data": screen.get("data") or {}}}
    if kind in _VALUES:
        name = _VALUES[kind]
        return {"type": name, name: given.get(kind, 10_080) if kind == "ttlMinutes" else given[kind]}
    return {"type": "text", "text": given["text"]}


def _interactive(given: Mapping[str, Any]) -> dict[str, Any]:
    """8x8 took Meta's form over, but for the names in a flow and a call."""
    found = {**given, "type": str(given["type"]).lower()}
    action = dict(given.get("action") or {})
    own = action.get("parameters") or {}
    if found["type"] == "flow":
        named = {
            "flow_message_version": "3", "flow_id": own["flowId"], "flow_cta": own["flowCta"],
            "flow_action": own.get("flowAction", "navigate"), "flow_action_payload": own.get("flowActionPayload"),
        }  # fmt: skip
        parameters = {name: value for name, value in named.items() if value is not None}
        return {**found, "action": {"name": "flow", "parameters": parameters}}
    if found["type"] == "cta_url":
        return {**found, "action": {"name": "cta_url", "parameters": dict(own)}}
    if found["type"] == "voice_call":
        named = {
            "display_text": own.get("display_text"),
            "ttl_minutes": own.get("ttlMinutes"),
            "payload": own.get("payload"),
        }
        parameters = {name: value for name, value in named.items() if value is not None}
        return {**found, "action": {"name": "voice_call", "parameters": parameters}}
    if found["type"] == "location_request_message":
        return {**found, "action": {"name": "send_location"}}
    return {**found, "action": action} if action else found
