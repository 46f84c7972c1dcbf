"""Checking `content.template` against the registered template, with 8x8's 303x to 305x codes."""

import re
from collections.abc import Mapping
from typing import Any

from messaging.sending import senders
from messaging.sending.senders import Sender, TemplateDefinition
from providers.eightxeight.requests.reading import (
    INVALID,
    Refused,
    integer,
    items,
    mapping,
    number,
    optional,
    text,
    url,
)
from providers.vocabulary import TemplateStatus

_NAME = re.compile(r"[a-z0-9_]+")
_LANGUAGE = re.compile(r"[A-Za-z]{2,3}(_[A-Za-z]{2,4})?")
_COMPONENTS = ("header", "footer", "body", "button", "carousel", "call_permission_request", "request_contact_info")
PARAMETER_TYPES = (
    "text", "image", "gif", "video", "document", "location", "payload", "couponCode", "action", "ttlMinutes",
)  # fmt: skip
_MEDIA = ("image", "gif", "video", "document")
_HEADER_TAKES = {
    "TEXT": ("text",), "IMAGE": ("image",), "GIF": ("gif",), "VIDEO": ("video",), "DOCUMENT": ("document",),
    "LOCATION": ("location",),
}  # fmt: skip
# subType of a button: the parameter it takes, and the types of Meta's buttons it goes with
SUBTYPES: Mapping[str, tuple[str, tuple[str, ...]]] = {
    "quickreply": ("payload", ("QUICK_REPLY",)),
    "url": ("text", ("URL", "OTP")),
    "copycode": ("couponCode", ("COPY_CODE", "OTP")),
    "flow": ("action", ("FLOW",)),
    "voicecall": ("ttlMinutes", ("VOICE_CALL",)),
}
_SPELLED = dict(zip(SUBTYPES, ("QuickReply", "Url", "CopyCode", "Flow", "VoiceCall"), strict=True))
_LONGEST = {"header": 60, "body": 1024, "button": 2000}
_MOST_BUTTONS, _MOST_CARDS = 10, 10
_AUTHENTICATION = "authentication"


def check(value: Any, sender: Sender) -> TemplateDefinition:
    """The registered template that a message uses; raises `Refused`. Needs the tenant's scope."""
    field = "content.template"
    data = mapping(value, field, missing=3030, wrong=3030)
    name = text(data.get("name"), f"{field}.name", 512, missing=3031, long=3031)
    if not _NAME.fullmatch(name):
        raise Refused(3032, f"'{field}.name' can contain only lower case letters, digits and underscores.")
    language = text(data.get("language"), f"{field}.language", 16, missing=3036, long=3037, wrong=3037)
    if not _LANGUAGE.fullmatch(language):
        raise Refused(3037, f"'{field}.language' must be a language as en or en_US.")
    template = senders.template(sender.account_id, sender.waba_id, name, language)
    if template is None:
        problem = f"there is no '{field}.name' {name} in '{field}.language' {language}; give those of an approved one."
        raise Refused(3038, f"Template not found for provided name and language: {problem}")
    if template.status != TemplateStatus.APPROVED:
        problem = f"'{field}.name' {name} is {template.status.lower()}; only an approved one can be sent."
        raise Refused(3038, f"Template not found for provided name and language: {problem}")
    _components(items(data.get("components"), f"{field}.components"), f"{field}.components", template)
    return template


def _components(components: list[Any], field: str, template: TemplateDefinition) -> None:
    seen: set[tuple[str, int]] = set()
    for at, entry in enumerate(components):
        where = f"{field}[{at}]"
        component = mapping(entry, where)
        kind = _kind(component.get("type"), f"{where}.type")
        index = 0
        if kind == "button":
            index = integer(component.get("index"), f"{where}.index", 0, _MOST_BUTTONS - 1, wrong=3053, default=0)
        if (kind, index) in seen:
            raise Refused(3034, _twice(kind, index, where))
        seen.add((kind, index))
        parameters = _parameters(component.get("parameters"), f"{where}.parameters")
        if kind == "body":
            _texts(parameters, f"{where}.parameters", "body", template)
        elif kind == "header":
            _header(parameters, f"{where}.parameters", template)
        elif kind == "button":
            _button(component, parameters, where, index, template)
        elif kind == "carousel":
            _carousel(component, where, template)
        elif parameters:
            raise Refused(3045, f"'{where}.parameters': a {kind} takes none; leave them out.")
    _missing({kind for kind, _ in seen}, field, template)


def _twice(kind: str, index: int, where: str) -> str:
    if kind == "button":
        return f"'{where}.index': there is more than one button {index}; give each its own index."
    return f"'{where}.type': there is more than one {kind}; give one."


def _missing(seen: set[str], field: str, template: TemplateDefinition) -> None:
    """What the template needs and nothing gives."""
    if template.body and "body" not in seen:
        raise Refused(3040, f"'{field}': {_takes('body', template)}, none is given.")
    if (
        template.header or (template.header_format in _HEADER_TAKES and template.header_format != "TEXT")
    ) and "header" not in seen:
        raise Refused(3040, f"'{field}': {_takes('header', template)}, none is given.")
    if template.cards and "carousel" not in seen:
        raise Refused(3040, f"'{field}': {template.name} needs a carousel of {template.cards} cards, none is given.")
    needing = [button for button in template.buttons if button.has_variable]
    if needing and "button" not in seen:
        raise Refused(3040, f"'{field}': a button of {template.name} takes 1 parameter, none is given.")


def _kind(value: Any, field: str) -> str:
    if value is None:
        return "body"
    if not isinstance(value, str) or value.lower() not in _COMPONENTS:
        raise Refused(3039, f"'{field}' must be one of: {', '.join(_COMPONENTS)}.")
    return value.lower()


def _parameters(value: Any, field: str) -> list[dict[str, Any]]:
    """Parameters with a known type each."""
    parameters = items(value, field, 3041)
    for at, entry in enumerate(parameters):
        if not isinstance(entry, dict):
            raise Refused(3042, f"'{field}[{at}]' must be an object.")
        if entry.get("type") not in PARAMETER_TYPES:
            raise Refused(3042, f"'{field}[{at}].type' must be one of: {', '.join(PARAMETER_TYPES)}.")
    return parameters


def _texts(parameters: list[dict[str, Any]], field: str, place: str, template: TemplateDefinition) -> None:
    """As many texts as there are places, in their order."""
    n, needed = len(parameters), len(template.body if place == "body" else template.header)
    if n != needed:
        code = 3033 if n > needed else 3041 if n else 3040
        raise Refused(code, f"'{field}': {_takes(place, template)}, {_count_words(n)}.")
    for at, parameter in enumerate(parameters):
        _only(parameter, ("text",), f"{field}[{at}]")
        text(parameter.get("text"), f"{field}[{at}].text", _LONGEST[place], missing=3041, long=3043)


def _takes(place: str, template: TemplateDefinition) -> str:
    """How many parameters the header or body takes; that of a picture or a location takes one."""
    n = len(template.body) if place == "body" else len(template.header) if template.header_format == "TEXT" else 1
    return f"the {place} of {template.name} takes {n or 'no'} parameter{'' if n == 1 else 's'}"


def _count_words(n: int) -> str:
    return "none is given" if n == 0 else "1 is given" if n == 1 else f"{n} are given"


def _only(parameter: Mapping[str, Any], allowed: tuple[str, ...], field: str, code: int = 3045) -> None:
    if parameter["type"] not in allowed:
        raise Refused(code, f"'{field}.type' must be {' or '.join(allowed)} here.")


def _header(parameters: list[dict[str, Any]], field: str, template: TemplateDefinition) -> None:
    if not template.header_format:
        if parameters:
            raise Refused(3034, f"'{field}': {template.name} has no header; leave it out.")
        return
    if template.header_format == "TEXT":
        _texts(parameters, field, "header", template)
        return
    allowed = _HEADER_TAKES.get(template.header_format, ())
    if len(parameters) != 1:
        raise Refused(
            3033 if parameters else 3040, f"'{field}': {_takes('header', template)}, {_count_words(len(parameters))}."
        )
    _only(parameters[0], allowed, f"{field}[0]")
    media(parameters[0], f"{field}[0]")


def media(parameter: Mapping[str, Any], field: str) -> None:
    """The value of a parameter that is no text."""
    kind = parameter["type"]
    if kind in _MEDIA:
        url(parameter.get("url"), f"{field}.url", missing=3046, wrong=3046)
    elif kind == "location":
        place = mapping(parameter.get("location"), f"{field}.location", missing=3044, wrong=3044)
        number(place.get("latitude"), f"{field}.location.latitude", 90, wrong=3044)
        number(place.get("longitude"), f"{field}.location.longitude", 180, wrong=3044)
        for name in ("name", "address"):
            optional(place.get(name), f"{field}.location.{name}", 1000, long=3044, wrong=3044)


def _button(
    component: Mapping[str, Any], parameters: list[dict[str, Any]], where: str, index: int, template: TemplateDefinition
) -> None:
    kind = component.get("subType")
    if not isinstance(kind, str) or kind.lower() not in SUBTYPES:
        raise Refused(3052, f"'{where}.subType' must be one of: {', '.join(_SPELLED.values())}.")
    takes, goes_with = SUBTYPES[kind.lower()]
    if index >= max(len(template.buttons), template.category == _AUTHENTICATION):
        n = len(template.buttons)
        problem = f"has {n} button{'' if n == 1 else 's'}, counted from 0" if n else "has no buttons; leave it out"
        raise Refused(3053, f"'{where}.index': {template.name} {problem}.")
    if index < len(template.buttons) and template.buttons[index].kind not in goes_with:
        raise Refused(3052, f"'{where}.subType': {_fitting(index, template)}.")
    if len(parameters) > 1 or (not parameters and kind.lower() != "voicecall"):
        problem = f"a {kind} button takes 1 parameter, {_count_words(len(parameters))}."
        raise Refused(3033 if parameters else 3040, f"'{where}.parameters': {problem}")
    for parameter in parameters:
        _button_value(parameter, takes, f"{where}.parameters[0]")


def _fitting(index: int, template: TemplateDefinition) -> str:
    """What a button is, and the subType that goes with it."""
    kind = template.buttons[index].kind
    fitting = [_SPELLED[word] for word, (_, goes_with) in SUBTYPES.items() if kind in goes_with]
    remedy = f"give {' or '.join(fitting)}" if fitting else "leave it out"
    return f"button {index} of {template.name} is of type {kind}; {remedy}"


def _button_value(parameter: Mapping[str, Any], takes: str, field: str) -> None:
    _only(parameter, (takes,), field, code=3049)
    if takes == "action":
        if parameter.get("flowActionData") is not None:
            mapping(parameter.get("flowActionData"), f"{field}.flowActionData", wrong=3049)
    elif takes == "ttlMinutes":
        integer(parameter.get("ttlMinutes"), f"{field}.ttlMinutes", 1, 43_200, wrong=3049, default=10_080)
    else:
        text(parameter.get(takes), f"{field}.{takes}", _LONGEST["button"], missing=3049, long=3043)


def _carousel(component: Mapping[str, Any], where: str, template: TemplateDefinition) -> None:
    cards = items(component.get("cards"), f"{where}.cards", 3041)
    if not template.cards:
        raise Refused(3034, f"'{where}': {template.name} has no carousel; leave it out.")
    if len(cards) != template.cards:
        raise Refused(3041, f"'{where}.cards': {template.name} has {template.cards} cards, {_count_words(len(cards))}.")
    for at, entry in enumerate(cards):
        field = f"{where}.cards[{at}]"
        card = mapping(entry, field, missing=3041, wrong=3041)
        integer(card.get("cardIndex"), f"{field}.cardIndex", 0, _MOST_CARDS - 1, wrong=3053, default=at)
        for place, inner in enumerate(items(card.get("components"), f"{field}.components", INVALID)):
            deeper = f"{field}.components[{place}]"
            part = mapping(inner, deeper)
            _card_part(part, deeper)


def _card_part(part: Mapping[str, Any], field: str) -> None:
    kind = _kind(part.get("type"), f"{field}.type")
    if kind not in {"header", "body", "button"}:
        raise Refused(3039, f"'{field}.type' must be header, body or button.")
    parameters = _parameters(part.get("parameters"), f"{field}.parameters")
    takes = "text"
    if kind == "button":
        written = part.get("subType")
        if not isinstance(written, str) or written.lower() not in {"quickreply", "url"}:
            raise Refused(3052, f"'{field}.subType' must be one of: QuickReply, Url.")
        takes = SUBTYPES[written.lower()][0]
        integer(part.get("index"), f"{field}.index", 0, 1, wrong=3053, default=0)
    for at, parameter in enumerate(parameters):
        where = f"{field}.parameters[{at}]"
        if kind == "header":
            _only(parameter, _MEDIA, where)
            media(parameter, where)
        else:
            _only(parameter, (takes,), where)
            text(parameter.get(takes), f"{where}.{takes}", _LONGEST[kind], missing=3041, long=3043)
