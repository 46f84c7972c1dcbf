"""Translates a checked message in 8x8's or the Cloud API's form into a Cloud API request."""

from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Any

from providers.vendor import Body, Summary

_SUBTYPES = {
    "quickreply": "quick_reply",
    "url": "url",
    "copycode": "copy_code",
    "flow": "flow",
    "voicecall": "voice_call",
}
Names = Mapping[str, Sequence[str]]
"""The names of parameters by "header" and "body", where a template names them instead of numbering them."""

_VALUES = {"payload": "payload", "couponCode": "coupon_code", "ttlMinutes": "ttl_minutes"}


def from_cloud(request: Body, reference: str) -> dict[str, Any]:
    """The client's body with our reference, unless the client set its own."""
    body = {name: value for name, value in request.items() if name != "tollgate"}
    return {"biz_opaque_callback_data": reference, **body}


def from_8x8(request: Body, about: Summary, reference: str) -> dict[str, Any]:
    """The Cloud API's body of a message in 8x8's form."""
    to = {"to": f"+{about.msisdn}"} if about.msisdn else {"recipient": about.user_id}
    kind, content = _content(about.content_type, request["content"], about.parameter_names)
    context = {"context": {"message_id": about.reply_to}} if about.reply_to else {}
    return {
        "messaging_product": "whatsapp", "recipient_type": "individual", **to, **context, "type": kind, kind: content,
        **_direct_send(request["content"]), "biz_opaque_callback_data": reference,
    }  # fmt: skip


def _direct_send(content: Mapping[str, Any]) -> dict[str, Any]:
    direct = (content.get("whatsApp") or {}).get("directSend")
    if not direct:
        return {}
    seconds = direct.get("ttlSeconds")
    return {"category": str(direct["category"]).lower(), **({} if seconds is None else {"ttl_seconds": int(seconds)})}


def _content(kind: str, content: Mapping[str, Any], names: Names) -> tuple[str, Any]:
    """Return the Cloud API's type, and the object under its name."""
    if kind == "text":
        return "text", {"body": content["text"]}
    if kind == "template":
        return "template", template(content["template"], names)
    if kind == "location":
        return "location", _select(content["location"], "latitude", "longitude", "name", "address")
    if kind == "interactive":
        return "interactive", _interactive(content["interactive"])
    name = "document" if kind == "file" else kind
    caption = {"caption": content["text"]} if content.get("text") and kind != "audio" else {}
    filename = {"filename": content["url"].partition("?")[0].rpartition("/")[2]} if kind == "file" else {}
    return name, {"link": content["url"], **caption, **filename}


def _select(values: Mapping[str, Any], *names: str) -> dict[str, Any]:
    return {name: values[name] for name in names if values.get(name) is not None}


def template(source: Mapping[str, Any], names: Names = MappingProxyType({})) -> dict[str, Any]:
    """The `template` of a Cloud API request, from one in 8x8's form, whose parameters are in the order of `names`."""
    components = [_with_names(_component(each), names) for each in source.get("components") or ()]
    return {
        "name": source["name"],
        "language": {"code": source["language"]},
        "components": [c for c in components if c],
    }


def _with_names(component: dict[str, Any], names: Names) -> dict[str, Any]:
    """The component with the name of each parameter, which Meta requires of a template that names them."""
    if not (own := names.get(component.get("type", ""))):
        return component
    parameters = [{**each, "parameter_name": name} for name, each in zip(own, component["parameters"], strict=True)]
    return {**component, "parameters": parameters}


def _component(component: Mapping[str, Any]) -> dict[str, Any]:
    kind = str(component.get("type") or "body").lower()
    parameters = [_parameter(each) for each in component.get("parameters") or ()]
    if kind == "carousel":
        cards = [
            {"card_index": int(card.get("cardIndex") or at),
             "components": [_component(each) for each in card.get("components") or ()]}
            for at, card in enumerate(component.get("cards") or ())
        ]  # fmt: skip
        return {"type": "carousel", "cards": cards}
    if kind == "button":
        subtype = _SUBTYPES[str(component.get("subType")).lower()]
        return {
            "type": "button",
            "sub_type": subtype,
            "index": str(component.get("index") or 0),
            "parameters": parameters,
        }
    return {"type": kind, "parameters": parameters} if parameters else {}


def _parameter(parameter: Mapping[str, Any]) -> dict[str, Any]:
    kind = parameter["type"]
    if kind in {"image", "video", "document", "gif"}:
        return {"type": kind, kind: {"link": parameter["url"]}}
    if kind == "location":
        return {"type": kind, kind: _select(parameter["location"], "latitude", "longitude", "name", "address")}
    if kind == "action":
        screen = parameter.get("flowActionData") or {}
        return {"type": kind, kind: {"flow_action_data": screen.get("data") or {}}}
    if kind in _VALUES:
        name = _VALUES[kind]
        return {"type": name, name: parameter.get(kind, 10_080) if kind == "ttlMinutes" else parameter[kind]}
    return {"type": "text", "text": parameter["text"]}


def _interactive(interactive: Mapping[str, Any]) -> dict[str, Any]:
    """8x8 uses Meta's form, with other names in flows and calls."""
    converted = {**interactive, "type": str(interactive["type"]).lower()}
    action = dict(interactive.get("action") or {})
    source = action.get("parameters") or {}
    if converted["type"] == "flow":
        renamed = {
            "flow_message_version": "3", "flow_id": source["flowId"], "flow_cta": source["flowCta"],
            "flow_action": source.get("flowAction", "navigate"), "flow_action_payload": source.get("flowActionPayload"),
        }  # fmt: skip
        parameters = {name: value for name, value in renamed.items() if value is not None}
        return {**converted, "action": {"name": "flow", "parameters": parameters}}
    if converted["type"] == "cta_url":
        return {**converted, "action": {"name": "cta_url", "parameters": dict(source)}}
    if converted["type"] == "voice_call":
        renamed = {
            "display_text": source.get("display_text"),
            "ttl_minutes": source.get("ttlMinutes"),
            "payload": source.get("payload"),
        }
        parameters = {name: value for name, value in renamed.items() if value is not None}
        return {**converted, "action": {"name": "voice_call", "parameters": parameters}}
    if converted["type"] == "location_request_message":
        return {**converted, "action": {"name": "send_location"}}
    return {**converted, "action": action} if action else converted
