"""Checks `content.template` against the registered template, with 8x8's codes 303x to 305x."""

import re
from collections.abc import Mapping
from typing import Any

from messaging.sending import senders
from messaging.sending.senders import Sender, TemplateDefinition
from providers.eightxeight.requests.reading import (
    INVALID,
    Refusal,
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
_LANGUAGE = re.compile(r"[A-Za-z]{2,3}([_-][A-Za-z0-9]{2,4}){0,2}")
_COMPONENTS = ("header", "footer", "body", "button", "carousel", "call_permission_request", "request_contact_info")
PARAMETER_TYPES = (
    "text", "image", "gif", "video", "document", "location", "payload", "couponCode", "action", "ttlMinutes",
)  # fmt: skip
_MEDIA = ("image", "gif", "video", "document")
_HEADER_PARAMETERS = {
    "TEXT": ("text",), "IMAGE": ("image",), "GIF": ("gif",), "VIDEO": ("video",), "DOCUMENT": ("document",),
    "LOCATION": ("location",),
}  # fmt: skip
# subType of a button: the type of its parameter, and the types of Meta's buttons that it fits
SUBTYPES: Mapping[str, tuple[str, tuple[str, ...]]] = {
    "quickreply": ("payload", ("QUICK_REPLY",)),
    "url": ("text", ("URL", "OTP")),
    "copycode": ("couponCode", ("COPY_CODE", "OTP")),
    "flow": ("action", ("FLOW",)),
    "voicecall": ("ttlMinutes", ("VOICE_CALL",)),
}
_SUBTYPE_NAMES = dict(zip(SUBTYPES, ("QuickReply", "Url", "CopyCode", "Flow", "VoiceCall"), strict=True))
_LONGEST = {"header": 60, "body": 1024, "button": 2000}
_MAX_BUTTONS, _MAX_CARDS = 10, 10
_AUTHENTICATION = "authentication"


def check(value: Any, sender: Sender) -> TemplateDefinition:
    """The registered template that a message uses; raises `Refusal`. Needs the tenant's scope."""
    field = "content.template"
    data = mapping(value, field, missing=3030, wrong=3030)
    name = text(data.get("name"), f"{field}.name", 512, missing=3031, long=3031)
    if not _NAME.fullmatch(name):
        raise Refusal(3032, f"'{field}.name' can contain only lower case letters, digits and underscores.")
    language = text(data.get("language"), f"{field}.language", 16, missing=3036, long=3037, wrong=3037)
    if not _LANGUAGE.fullmatch(language):
        raise Refusal(3037, f"'{field}.language' must be a language as en or en_US.")
    template = senders.template(sender.account_id, sender.waba_id, name, language)
    if template is None:
        problem = f"there is no '{field}.name' {name} in '{field}.language' {language}; give those of an approved one."
        raise Refusal(3038, f"Template not found for provided name and language: {problem}")
    if template.status != TemplateStatus.APPROVED:
        problem = f"'{field}.name' {name} is {template.status.lower()}; only an approved one can be sent."
        raise Refusal(3038, f"Template not found for provided name and language: {problem}")
    _check_components(items(data.get("components"), f"{field}.components"), f"{field}.components", template)
    return template


def _check_components(components: list[Any], field: str, template: TemplateDefinition) -> None:
    positions: set[tuple[str, int]] = set()
    for at, entry in enumerate(components):
        where = f"{field}[{at}]"
        component = mapping(entry, where)
        kind = _read_kind(component.get("type"), f"{where}.type")
        index = 0
        if kind == "button":
            index = integer(component.get("index"), f"{where}.index", 0, _MAX_BUTTONS - 1, wrong=3053, default=0)
        if (kind, index) in positions:
            raise Refusal(3034, _duplicate_problem(kind, index, where))
        positions.add((kind, index))
        parameters = _read_parameters(component.get("parameters"), f"{where}.parameters")
        if template.is_described:
            _check_component(component, parameters, where, index, template)
        else:
            _check_alone(kind, component, parameters, where)
    if template.is_described:
        _check_complete({kind for kind, _ in positions}, field, template)


def _check_component(
    component: Mapping[str, Any], parameters: list[dict[str, Any]], where: str, index: int, template: TemplateDefinition
) -> None:
    kind = _read_kind(component.get("type"), f"{where}.type")
    if kind == "body":
        _check_texts(parameters, f"{where}.parameters", "body", template)
    elif kind == "header":
        _check_header(parameters, f"{where}.parameters", template)
    elif kind == "button":
        _check_button(component, parameters, where, index, template)
    elif kind == "carousel":
        _check_carousel(component, where, template)
    elif parameters:
        raise Refusal(3045, f"'{where}.parameters': a {kind} takes none; leave them out.")


def _check_alone(kind: str, component: Mapping[str, Any], parameters: list[dict[str, Any]], where: str) -> None:
    """Check the values of a component, without knowing whether the template takes them."""
    if kind == "button":
        _read_subtype(component, where)
    if kind == "carousel":
        _check_cards(items(component.get("cards"), f"{where}.cards", 3041), where)
    for at, parameter in enumerate(parameters):
        field = f"{where}.parameters[{at}]"
        if parameter["type"] == "text":
            text(parameter.get("text"), f"{field}.text", _LONGEST["body"], missing=3041, long=3043)
        elif parameter["type"] in {*_MEDIA, "location"}:
            check_media(parameter, field)
        else:
            _check_button_value(parameter, parameter["type"], field)


def _read_subtype(component: Mapping[str, Any], where: str) -> str:
    """The subType of a button in lower case."""
    kind = component.get("subType")
    if not isinstance(kind, str) or kind.lower() not in SUBTYPES:
        raise Refusal(3052, f"'{where}.subType' must be one of: {', '.join(_SUBTYPE_NAMES.values())}.")
    return kind.lower()


def _duplicate_problem(kind: str, index: int, where: str) -> str:
    if kind == "button":
        return f"'{where}.index': there is more than one button {index}; give each its own index."
    return f"'{where}.type': there is more than one {kind}; give one."


def _check_complete(kinds: set[str], field: str, template: TemplateDefinition) -> None:
    """Refuse components without what the template needs."""
    if template.body and "body" not in kinds:
        raise Refusal(3040, f"'{field}': {_expected_count('body', template)}, none is given.")
    if (
        template.header or (template.header_format in _HEADER_PARAMETERS and template.header_format != "TEXT")
    ) and "header" not in kinds:
        raise Refusal(3040, f"'{field}': {_expected_count('header', template)}, none is given.")
    if template.cards and "carousel" not in kinds:
        raise Refusal(3040, f"'{field}': {template.name} needs a carousel of {template.cards} cards, none is given.")
    needing = [button for button in template.buttons if button.has_variable]
    if needing and "button" not in kinds:
        raise Refusal(3040, f"'{field}': a button of {template.name} takes 1 parameter, none is given.")


def _read_kind(value: Any, field: str) -> str:
    if value is None:
        return "body"
    if not isinstance(value, str) or value.lower() not in _COMPONENTS:
        raise Refusal(3039, f"'{field}' must be one of: {', '.join(_COMPONENTS)}.")
    return value.lower()


def _read_parameters(value: Any, field: str) -> list[dict[str, Any]]:
    """Return the parameters, each of a known type."""
    parameters = items(value, field, 3041)
    for at, entry in enumerate(parameters):
        if not isinstance(entry, dict):
            raise Refusal(3042, f"'{field}[{at}]' must be an object.")
        if entry.get("type") not in PARAMETER_TYPES:
            raise Refusal(3042, f"'{field}[{at}].type' must be one of: {', '.join(PARAMETER_TYPES)}.")
    return parameters


def _check_texts(parameters: list[dict[str, Any]], field: str, place: str, template: TemplateDefinition) -> None:
    """Check that there is a text for each placeholder."""
    n, needed = len(parameters), len(template.body if place == "body" else template.header)
    if n != needed:
        code = 3033 if n > needed else 3041 if n else 3040
        raise Refusal(code, f"'{field}': {_expected_count(place, template)}, {_actual_count(n)}.")
    for at, parameter in enumerate(parameters):
        _check_type(parameter, ("text",), f"{field}[{at}]")
        text(parameter.get("text"), f"{field}[{at}].text", _LONGEST[place], missing=3041, long=3043)


def _expected_count(place: str, template: TemplateDefinition) -> str:
    """Describe how many parameters the header or body takes; a media or location header takes one."""
    n = len(template.body) if place == "body" else len(template.header) if template.header_format == "TEXT" else 1
    return f"the {place} of {template.name} takes {n or 'no'} parameter{'' if n == 1 else 's'}"


def _actual_count(n: int) -> str:
    return "none is given" if n == 0 else "1 is given" if n == 1 else f"{n} are given"


def _check_type(parameter: Mapping[str, Any], allowed: tuple[str, ...], field: str, code: int = 3045) -> None:
    if parameter["type"] not in allowed:
        raise Refusal(code, f"'{field}.type' must be {' or '.join(allowed)} here.")


def _check_header(parameters: list[dict[str, Any]], field: str, template: TemplateDefinition) -> None:
    if not template.header_format:
        if parameters:
            raise Refusal(3034, f"'{field}': {template.name} has no header; leave it out.")
        return
    if template.header_format == "TEXT":
        _check_texts(parameters, field, "header", template)
        return
    allowed = _HEADER_PARAMETERS.get(template.header_format, ())
    if len(parameters) != 1:
        raise Refusal(
            3033 if parameters else 3040,
            f"'{field}': {_expected_count('header', template)}, {_actual_count(len(parameters))}.",
        )
    _check_type(parameters[0], allowed, f"{field}[0]")
    check_media(parameters[0], f"{field}[0]")


def check_media(parameter: Mapping[str, Any], field: str) -> None:
    """Check a media or location parameter."""
    kind = parameter["type"]
    if kind in _MEDIA:
        url(parameter.get("url"), f"{field}.url", missing=3046, wrong=3046)
    elif kind == "location":
        place = mapping(parameter.get("location"), f"{field}.location", missing=3044, wrong=3044)
        number(place.get("latitude"), f"{field}.location.latitude", 90, wrong=3044)
        number(place.get("longitude"), f"{field}.location.longitude", 180, wrong=3044)
        for name in ("name", "address"):
            optional(place.get(name), f"{field}.location.{name}", 1000, long=3044, wrong=3044)


def _check_button(
    component: Mapping[str, Any], parameters: list[dict[str, Any]], where: str, index: int, template: TemplateDefinition
) -> None:
    kind = _read_subtype(component, where)
    parameter_type, button_types = SUBTYPES[kind]
    if index >= max(len(template.buttons), template.category == _AUTHENTICATION):
        n = len(template.buttons)
        problem = f"has {n} button{'' if n == 1 else 's'}, counted from 0" if n else "has no buttons; leave it out"
        raise Refusal(3053, f"'{where}.index': {template.name} {problem}.")
    if index < len(template.buttons) and template.buttons[index].kind not in button_types:
        raise Refusal(3052, f"'{where}.subType': {_subtype_problem(index, template)}.")
    if len(parameters) > 1 or (not parameters and kind != "voicecall"):
        problem = f"a {component['subType']} button takes 1 parameter, {_actual_count(len(parameters))}."
        raise Refusal(3033 if parameters else 3040, f"'{where}.parameters': {problem}")
    for parameter in parameters:
        _check_button_value(parameter, parameter_type, f"{where}.parameters[0]")


def _subtype_problem(index: int, template: TemplateDefinition) -> str:
    """Describe the type of a button, and the subTypes that fit it."""
    kind = template.buttons[index].kind
    fitting = [_SUBTYPE_NAMES[word] for word, (_, button_types) in SUBTYPES.items() if kind in button_types]
    remedy = f"give {' or '.join(fitting)}" if fitting else "leave it out"
    return f"button {index} of {template.name} is of type {kind}; {remedy}"


def _check_button_value(parameter: Mapping[str, Any], parameter_type: str, field: str) -> None:
    _check_type(parameter, (parameter_type,), field, code=3049)
    if parameter_type == "action":
        if parameter.get("flowActionData") is not None:
            mapping(parameter.get("flowActionData"), f"{field}.flowActionData", wrong=3049)
    elif parameter_type == "ttlMinutes":
        integer(parameter.get("ttlMinutes"), f"{field}.ttlMinutes", 1, 43_200, wrong=3049, default=10_080)
    else:
        text(parameter.get(parameter_type), f"{field}.{parameter_type}", _LONGEST["button"], missing=3049, long=3043)


def _check_carousel(component: Mapping[str, Any], where: str, template: TemplateDefinition) -> None:
    cards = items(component.get("cards"), f"{where}.cards", 3041)
    if not template.cards:
        raise Refusal(3034, f"'{where}': {template.name} has no carousel; leave it out.")
    if len(cards) != template.cards:
        raise Refusal(
            3041, f"'{where}.cards': {template.name} has {template.cards} cards, {_actual_count(len(cards))}."
        )
    _check_cards(cards, where)


def _check_cards(cards: list[Any], where: str) -> None:
    for at, entry in enumerate(cards):
        field = f"{where}.cards[{at}]"
        card = mapping(entry, field, missing=3041, wrong=3041)
        integer(card.get("cardIndex"), f"{field}.cardIndex", 0, _MAX_CARDS - 1, wrong=3053, default=at)
        for position, inner in enumerate(items(card.get("components"), f"{field}.components", INVALID)):
            part_field = f"{field}.components[{position}]"
            part = mapping(inner, part_field)
            _check_card_part(part, part_field)


def _check_card_part(part: Mapping[str, Any], field: str) -> None:
    kind = _read_kind(part.get("type"), f"{field}.type")
    if kind not in {"header", "body", "button"}:
        raise Refusal(3039, f"'{field}.type' must be header, body or button.")
    parameters = _read_parameters(part.get("parameters"), f"{field}.parameters")
    parameter_type = "text"
    if kind == "button":
        subtype = part.get("subType")
        if not isinstance(subtype, str) or subtype.lower() not in {"quickreply", "url"}:
            raise Refusal(3052, f"'{field}.subType' must be one of: QuickReply, Url.")
        parameter_type = SUBTYPES[subtype.lower()][0]
        integer(part.get("index"), f"{field}.index", 0, 1, wrong=3053, default=0)
    for at, parameter in enumerate(parameters):
        where = f"{field}.parameters[{at}]"
        if kind == "header":
            _check_type(parameter, _MEDIA, where)
            check_media(parameter, where)
        else:
            _check_type(parameter, (parameter_type,), where)
            text(parameter.get(parameter_type), f"{where}.{parameter_type}", _LONGEST[kind], missing=3041, long=3043)
