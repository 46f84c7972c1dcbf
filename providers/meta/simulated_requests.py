"""Reads the body of POST /{version}/{phone_number_id}/messages as Meta does: the message, or Meta's error."""

from collections.abc import Mapping
from typing import Any

import orjson

from providers.simulation import MessageRequest, SimulatedRefusal, SimulatedTemplate, Templates, digits

TYPES = ("text", "template", "image", "audio", "video", "document", "sticker", "location", "contacts", "interactive",
         "reaction")  # fmt: skip
MAX_TEXT_LENGTH = 4096
_CATEGORY_OF_FREE_FORM = "service"


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
    to, msisdn = _recipient(data)
    kind = data.get("type", "text")
    if kind not in TYPES:
        raise SimulatedRefusal(100, f"Param type must be one of {{{', '.join(TYPES)}}}.")
    content = _content(data, kind)
    if kind == "text":
        _check_text(content)
    category = _template(content, templates).category if kind == "template" else _CATEGORY_OF_FREE_FORM
    reference = data.get("biz_opaque_callback_data", "")
    if not isinstance(reference, str) or len(reference) > 512:
        raise SimulatedRefusal(100, "Param biz_opaque_callback_data must be a string of at most 512 characters.")
    return MessageRequest(to, msisdn, category, kind == "template", reference)


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


def _recipient(data: Mapping[str, Any]) -> tuple[str, str]:
    to = data.get("to")
    if not to and data.get("recipient"):
        raise SimulatedRefusal(131062)
    if not to or not isinstance(to, str):
        raise SimulatedRefusal(100, "The parameter to is required.")
    return to, digits(to)


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


def _template(content: Mapping[str, Any], templates: Templates) -> SimulatedTemplate:
    name, language = content.get("name"), content.get("language")
    code = language.get("code") if isinstance(language, dict) else None
    if not isinstance(name, str) or not isinstance(code, str):
        raise SimulatedRefusal(131008, "The parameters template.name and template.language.code are required.")
    template = templates.get((name, code))
    if template is None:
        raise SimulatedRefusal(132001, f"template name ({name}) does not exist in {code}")
    count = _body_parameters(content.get("components", []))
    if count != template.body_parameters:
        expected = template.body_parameters
        raise SimulatedRefusal(132000, f"body: number of localizable_params ({count}) does not match the expected "
                                       f"number of params ({expected})")  # fmt: skip
    return template


def _body_parameters(components: Any) -> int:
    """How many parameters the request gives to the template's body."""
    if not isinstance(components, list) or not all(isinstance(part, dict) for part in components):
        raise SimulatedRefusal(100, "Param template.components must be an array of objects.")
    bodies = (part.get("parameters") for part in components if str(part.get("type")).lower() == "body")
    return sum(len(part) for part in bodies if isinstance(part, list))
