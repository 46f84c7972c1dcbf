"""Messages as clients write them for the Cloud API, which 360dialog shares: reading them, with Meta's codes for what
is wrong.

Only Meta can check some things, such as whether a template exists; its answer is passed on.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from providers.meta import direct_send, interactive
from providers.meta.checks import array_of, check_optional_text, object_of, text_of
from providers.meta.refusals import INVALID, MISSING, NOT_VALID, MetaRefusal
from providers.reading import is_user_id

_LONGEST_TEXT, _LONGEST_CAPTION, _LONGEST_REFERENCE = 4096, 1024, 512
_LONGEST_URL, _LONGEST_NUMBER = 2048, 15
_MEDIA = ("image", "audio", "video", "document", "sticker")
_PHONE_PUNCTUATION = re.compile(r"[ +()\-]")
_PHONE = re.compile(r"[1-9][0-9]{6,14}")


@dataclass(frozen=True, slots=True)
class Content:
    """The content of a message: its type, and a template's name and language. `reference` is the client's.

    `category`: of Direct Send, whose template may have a name but has no language before Meta makes it.
    """

    kind: str
    template_name: str
    template_language: str
    reference: str
    category: str = ""


def is_mark(body: Mapping[str, Any]) -> bool:
    """Whether the body marks a message as read instead of sending one; raises `MetaRefusal`."""
    if "status" not in body:
        return False
    _check_product(body)
    if body["status"] != "read":
        raise MetaRefusal(INVALID, "Param status must be read.")
    text_of(body.get("message_id"), "message_id", 512)
    if body.get("typing_indicator") is not None:
        object_of(body["typing_indicator"], "typing_indicator")
    return True


def _check_product(body: Mapping[str, Any]) -> None:
    if body.get("messaging_product") != "whatsapp":
        raise MetaRefusal(INVALID, "The parameter messaging_product is required and must be whatsapp.")


def read_recipient(body: Mapping[str, Any]) -> tuple[str, str]:
    """MSISDN and user id, one of which is empty; both for a group. Raises `MetaRefusal`."""
    _check_product(body)
    if body.get("recipient_type") not in (None, "individual", "group"):
        raise MetaRefusal(INVALID, "Param recipient_type must be individual or group.")
    to, user_id = body.get("to"), body.get("recipient")
    if read_group(body):
        return "", ""
    if to is None or to == "":
        if user_id is None or user_id == "":
            raise MetaRefusal(INVALID, "The parameter to is required.")
        if not is_user_id(user_id):
            raise MetaRefusal(INVALID, "Param recipient must be a WhatsApp user id, as US.13491208655302741918.")
        return "", str(user_id)
    if isinstance(to, str) and is_user_id(to.strip()):
        # The log shows the text to people who may not see identities, so it names none.
        raise MetaRefusal(INVALID, "Param to must be a phone number: give a user id in recipient instead.", field="to")
    msisdn = phone_digits(to)
    if not msisdn:
        raise MetaRefusal(INVALID, 'Param to must be a phone number in a string, as "+16505551234".')
    return msisdn, ""


def phone_digits(value: Any) -> str:
    """The digits of a phone number as clients write it; empty if it is none."""
    digits = _PHONE_PUNCTUATION.sub("", value) if isinstance(value, str) else ""
    return digits if _PHONE.fullmatch(digits) else ""


def read_group(body: Mapping[str, Any]) -> str:
    """The id of the group that the message is for; empty for one person. Raises `MetaRefusal`."""
    if body.get("recipient_type") != "group":
        return ""
    group = text_of(body.get("to"), "to", 140)
    digits = re.sub(r"[\W_]", "", group)
    if (digits.isdecimal() and len(digits) <= _LONGEST_NUMBER) or is_user_id(group.strip()):
        raise MetaRefusal(
            INVALID, "Param to must be the id of a group, which is no phone number and no user id: "
            "give one, or leave recipient_type out to send to a person.", field="to",
        )  # fmt: skip
    return group


def read_content(body: Mapping[str, Any]) -> Content:
    """Return the content of a message; raises `MetaRefusal`."""
    kind = body.get("type", "text")
    if not isinstance(kind, str) or kind not in _CONTENT:
        raise MetaRefusal(INVALID, f"Param type must be one of {{{', '.join(_CONTENT)}}}.")
    content = body.get(kind)
    if content is None:
        parameter = kind if "type" in body else "type is required, or text: without a type the parameter text"
        raise MetaRefusal(MISSING, f"The parameter {parameter} is required.")
    _CONTENT[kind](content, kind)
    if body.get("context") is not None:
        text_of(object_of(body["context"], "context").get("message_id"), "context.message_id", 512)
    reference = body.get("biz_opaque_callback_data")
    if reference is not None and (not isinstance(reference, str) or len(reference) > _LONGEST_REFERENCE):
        raise MetaRefusal(INVALID, "Param biz_opaque_callback_data must be a string of at most 512 characters.")
    template = content if kind == "template" else {}
    language = (template.get("language") or {}).get("code", "")[:16]
    category, name = direct_send.read(body, kind)
    return Content(kind, template.get("name", "") or name, language, reference or "", category)


# --- Content ---------------------------------------------------------------------------------------------------------


def _check_text(content: Any, field: str) -> None:
    text = object_of(content, field)
    text_of(text.get("body"), f"{field}.body", _LONGEST_TEXT)
    if not isinstance(text.get("preview_url"), bool | None):
        raise MetaRefusal(NOT_VALID, f"Param {field}.preview_url must be true or false.", field=f"{field}.preview_url")


def _check_media(content: Any, field: str) -> None:
    media = object_of(content, field)
    if media.get("id") is None and media.get("link") is None:
        raise MetaRefusal(MISSING, f"The parameter {field}.id is required, or {field}.link.", field=field)
    check_optional_text(media.get("id"), f"{field}.id", 512)
    link = media.get("link")
    check_optional_text(link, f"{field}.link", _LONGEST_URL)
    if link and not re.match(r"https?://[^/\s]", link):
        raise MetaRefusal(NOT_VALID, f"Param {field}.link must begin with https:// or http://.", field=f"{field}.link")
    check_optional_text(media.get("caption"), f"{field}.caption", _LONGEST_CAPTION)
    check_optional_text(media.get("filename"), f"{field}.filename", 255)


def _check_location(content: Any, field: str) -> None:
    location = object_of(content, field)
    for name, bound in (("latitude", 90), ("longitude", 180)):
        value = location.get(name)
        if value is None:
            raise MetaRefusal(MISSING, f"The parameter {field}.{name} is required.", field=f"{field}.{name}")
        try:
            is_valid = not isinstance(value, bool) and -bound <= float(value) <= bound
        except (TypeError, ValueError):
            is_valid = False
        if not is_valid:
            raise MetaRefusal(
                NOT_VALID, f"Param {field}.{name} must be a number from -{bound} to {bound}.", field=f"{field}.{name}"
            )
    for name in ("name", "address"):
        check_optional_text(location.get(name), f"{field}.{name}", 1000)


def _check_contacts(content: Any, field: str) -> None:
    contacts = array_of(content, field)
    if not contacts:
        raise MetaRefusal(MISSING, f"The parameter {field} is required.", field=field)
    for at, entry in enumerate(contacts):
        object_of(object_of(entry, f"{field}[{at}]").get("name"), f"{field}[{at}].name")


def _check_reaction(content: Any, field: str) -> None:
    reaction = object_of(content, field)
    text_of(reaction.get("message_id"), f"{field}.message_id", 512)
    check_optional_text(reaction.get("emoji"), f"{field}.emoji", 32)


def _check_template(content: Any, field: str) -> None:
    template = object_of(content, field)
    text_of(template.get("name"), f"{field}.name", 512)
    text_of(object_of(template.get("language"), f"{field}.language").get("code"), f"{field}.language.code", 16)
    if template.get("components") is None:
        return
    for at, entry in enumerate(array_of(template["components"], f"{field}.components")):
        where = f"{field}.components[{at}]"
        component = object_of(entry, where)
        text_of(component.get("type"), f"{where}.type", 32)
        if component.get("parameters") is not None:
            for place, parameter in enumerate(array_of(component["parameters"], f"{where}.parameters")):
                _check_parameter(parameter, f"{where}.parameters[{place}]")


def _check_parameter(value: Any, field: str) -> None:
    parameter = object_of(value, field)
    kind = text_of(parameter.get("type"), f"{field}.type", 32)
    if kind == "text":
        text_of(parameter.get("text"), f"{field}.text", 32_768)
    check_optional_text(parameter.get("parameter_name"), f"{field}.parameter_name", 512)


_CONTENT: dict[str, Callable[[Any, str], None]] = {
    "text": _check_text, "template": _check_template, **dict.fromkeys(_MEDIA, _check_media),
    "location": _check_location, "contacts": _check_contacts, "interactive": interactive.check,
    "reaction": _check_reaction,
}  # fmt: skip
