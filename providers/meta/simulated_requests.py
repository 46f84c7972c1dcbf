"""Reading the body of POST /{version}/{phone_number_id}/messages as Meta does: the message, or the error."""

from collections.abc import Mapping
from typing import Any

import orjson

from providers.simulation import MessageRequest, SimulatedRefused, SimulatedTemplate, Templates, digits

TYPES = ("text", "template", "image", "audio", "video", "document", "sticker", "location", "contacts", "interactive",
         "reaction")  # fmt: skip
LONGEST_TEXT = 4096
_CATEGORY_OF_FREE_FORM = "service"


def read(body: bytes, templates: Templates) -> MessageRequest:
    """Return the message that a body describes; raises `Refused`."""
    try:
        data = orjson.loads(body)
    except orjson.JSONDecodeError:
        raise SimulatedRefused(100, "The body is not JSON.") from None
    if not isinstance(data, dict):
        raise SimulatedRefused(100, "The body is not a JSON object.")
    if data.get("messaging_product") != "whatsapp":
        raise SimulatedRefused(100, "The parameter messaging_product is required and must be whatsapp.")
    to, msisdn = _recipient(data)
    kind = data.get("type", "text")
    if kind not in TYPES:
        raise SimulatedRefused(100, f"Param type must be one of {{{', '.join(TYPES)}}}.")
    content = _content(data, kind)
    if kind == "text":
        _check_text(content)
    category = _template(content, templates).category if kind == "template" else _CATEGORY_OF_FREE_FORM
    reference = data.get("biz_opaque_callback_data", "")
    if not isinstance(reference, str) or len(reference) > 512:
        raise SimulatedRefused(100, "Param biz_opaque_callback_data must be a string of at most 512 characters.")
    return MessageRequest(to, msisdn, category, kind == "template", reference)


def read_mark(body: bytes) -> bool:
    """Whether the body marks a message as read; raises `Refused` when it does so without naming one."""
    try:
        data = orjson.loads(body)
    except orjson.JSONDecodeError:
        return False
    if not isinstance(data, dict) or "status" not in data:
        return False
    if data["status"] != "read" or data.get("messaging_product") != "whatsapp":
        raise SimulatedRefused(100, "Param status must be read.")
    if not isinstance(data.get("message_id"), str) or not data["message_id"]:
        raise SimulatedRefused(100, "The parameter message_id is required.")
    return True


def _recipient(data: Mapping[str, Any]) -> tuple[str, str]:
    to = data.get("to")
    if not to and data.get("recipient"):
        raise SimulatedRefused(131062)
    if not to or not isinstance(to, str):
        raise SimulatedRefused(100, "The parameter to is required.")
    return to, digits(to)


def _content(data: Mapping[str, Any], kind: str) -> Any:
    """Check the object under the name of the type; `contacts` is an array."""
    content = data.get(kind)
    if not content or not isinstance(content, list if kind == "contacts" else dict):
        raise SimulatedRefused(131008, f"The parameter {kind} is required.")
    return content


def _check_text(content: Mapping[str, Any]) -> None:
    text = content.get("body")
    if not text or not isinstance(text, str):
        raise SimulatedRefused(131008, "The parameter text.body is required.")
    if len(text) > LONGEST_TEXT:
        raise SimulatedRefused(100, f"Param text.body must be at most {LONGEST_TEXT} characters long.")


def _template(content: Mapping[str, Any], templates: Templates) -> SimulatedTemplate:
    name, language = content.get("name"), content.get("language")
    code = language.get("code") if isinstance(language, dict) else None
    if not isinstance(name, str) or not isinstance(code, str):
        raise SimulatedRefused(131008, "The parameters template.name and template.language.code are required.")
    template = templates.get((name, code))
    if template is None:
        raise SimulatedRefused(132001, f"template name ({name}) does not exist in {code}")
    count = _body_parameters(content.get("components", []))
    if count != template.body_parameters:
        expected = template.body_parameters
        raise SimulatedRefused(132000, f"body: number of localizable_params ({count}) does not match the expected "
                                       f"number of params ({expected})")  # fmt: skip
    return template


def _body_parameters(components: Any) -> int:
    """How many parameters the body is given."""
    if not isinstance(components, list) or not all(isinstance(each, dict) for each in components):
        raise SimulatedRefused(100, "Param template.components must be an array of objects.")
    bodies = (each.get("parameters") for each in components if str(each.get("type")).lower() == "body")
    return sum(len(each) for each in bodies if isinstance(each, list))
