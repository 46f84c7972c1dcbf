"""Reads the body of POST /{version}/{phone_number_id}/messages as Meta does: the message, or Meta's error."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import orjson

from providers.meta import simulated_templates
from providers.meta.refusals import MetaRefusal
from providers.meta.requests import phone_digits, read_content
from providers.reading import is_user_id
from providers.simulation import MessageRequest, SimulatedRefusal, Templates, digits

TYPES = ("text", "template", "image", "audio", "video", "document", "sticker", "location", "contacts", "interactive",
         "reaction")  # fmt: skip
MAX_TEXT_LENGTH = 4096
_FREE_FORM = "service"  # the category


def read_request(body: bytes, templates: Templates) -> MessageRequest:
    """Return the message that a body describes; raises SimulatedRefusal."""
    try:
        data = orjson.loads(body)
    except orjson.JSONDecodeError:
        raise SimulatedRefusal(100, "The body is not JSON.") from None
    if not isinstance(data, dict):
        raise SimulatedRefusal(100, "The body is not a JSON object.")
    if data.get("messaging_product") != "whatsapp":
        raise SimulatedRefusal(100, "The parameter messaging_product is required and must be whatsapp.")
    recipient = _recipient(data)
    kind = data.get("type", "text")
    if kind not in TYPES:
        raise SimulatedRefusal(100, f"Param type must be one of {{{', '.join(TYPES)}}}.")
    content = _content(data, kind)
    if kind == "text":
        _check_text(content)
    category = simulated_templates.check(content, templates).category if kind == "template" else _FREE_FORM
    reference = data.get("biz_opaque_callback_data", "")
    if not isinstance(reference, str) or len(reference) > 512:
        raise SimulatedRefusal(100, "Param biz_opaque_callback_data must be a string of at most 512 characters.")
    request = MessageRequest(category=category, is_template=kind == "template", reference=reference, **recipient)
    request = _with_direct_send(request, data, templates)
    if request.category == "authentication" and not request.msisdn:
        raise SimulatedRefusal(131062)
    return request


def _with_direct_send(request: MessageRequest, data: Mapping[str, Any], templates: Templates) -> MessageRequest:
    """Check the rest as a client's gateway may, and recognize Direct Send; a template's name may be taken."""
    try:
        content = read_content(data)
    except MetaRefusal as refusal:
        raise SimulatedRefusal(refusal.code, refusal.message) from None
    if not content.category:
        return request
    taken = {name for name, _ in templates} & {content.template_name}
    return replace(request, category=content.category, direct_send=True, failure=132021 if taken else None)


def is_read_mark(body: bytes) -> bool:
    """Whether the body marks a message as read; raises SimulatedRefusal when it names no message."""
    try:
        data = orjson.loads(body)
    except orjson.JSONDecodeError:
        return False
    if not isinstance(data, dict) or "status" not in data:
        return False
    if data["status"] != "read" or data.get("messaging_product") != "whatsapp":
        raise SimulatedRefusal(100, "Param status must be read.")
    if not isinstance(data.get("message_id"), str) or not data["message_id"]:
        raise SimulatedRefusal(100, "The parameter message_id is required.")
    return True


def _recipient(data: Mapping[str, Any]) -> dict[str, Any]:
    """The recipient's fields of a MessageRequest. Meta drops a message whose `to` is a user id, without an error."""
    to, user_id = data.get("to"), data.get("recipient")
    if not to and user_id:
        if not is_user_id(user_id):
            raise SimulatedRefusal(100, "Param recipient is not a user id.")
        return {"to": user_id, "msisdn": "", "user_id": user_id}
    if not to or not isinstance(to, str):
        raise SimulatedRefusal(100, "The parameter to is required.")
    kind = data.get("recipient_type", "individual")
    if kind == "group":
        if phone_digits(to):
            raise SimulatedRefusal(100, "Param to is not the id of a group.")
        return {"to": to, "msisdn": "", "group_id": to}
    if kind != "individual":
        raise SimulatedRefusal(100, "Param recipient_type must be one of {individual, group}.")
    if is_user_id(to.strip()):
        return {"to": to, "msisdn": "", "user_id": to, "is_dropped": True}
    return {"to": to, "msisdn": digits(to)}


def _content(data: Mapping[str, Any], kind: str) -> Any:
    """Check the object under the name of the type; `contacts` is an array."""
    content = data.get(kind)
    if not content or not isinstance(content, list if kind == "contacts" else dict):
        raise SimulatedRefusal(131008, f"The parameter {kind} is required.")
    return content


def _check_text(content: Mapping[str, Any]) -> None:
    text = content.get("body")
    if not text or not isinstance(text, str):
        raise SimulatedRefusal(131008, "The parameter text.body is required.")
    if len(text) > MAX_TEXT_LENGTH:
        raise SimulatedRefusal(100, f"Param text.body must be at most {MAX_TEXT_LENGTH} characters long.")
