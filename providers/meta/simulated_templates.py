"""Checks the parameters of a template message against the template as Meta does, with Meta's codes and its wording."""

import re
from collections.abc import Mapping, Sequence
from typing import Any

from providers.simulation import Component, SimulatedRefusal, SimulatedTemplate, Templates

_PLACEHOLDER = re.compile(r"\{\{\s*(\w+)\s*\}\}")
_UNFIT = re.compile(r"[\n\t]| {5,}")  # in the value of a parameter
_TYPES = ("header", "body", "button", "carousel", "limited_time_offer", "order_status", "footer")
_TEXTS = ("text", "currency", "date_time")
_LONGEST = {"header": 60, "body": 1024}
_LONGEST_CODE, _LONGEST_COUPON = 15, 15
# sub_type of a button: the kinds of button that it fits, and the type of its parameter
_BUTTONS = {
    "url": (("URL", "OTP"), "text"), "quick_reply": (("QUICK_REPLY",), "payload"),
    "copy_code": (("COPY_CODE",), "coupon_code"), "flow": (("FLOW",), "action"), "catalog": (("CATALOG",), "action"),
    "voice_call": (("VOICE_CALL",), "ttl_minutes"),
}  # fmt: skip
_STATUSES = {"PAUSED": 132015, "DISABLED": 132016}

Parameters = Sequence[Mapping[str, Any]]


def check(content: Mapping[str, Any], templates: Templates) -> SimulatedTemplate:
    """The template that a message uses; raises SimulatedRefusal."""
    name, language = content.get("name"), content.get("language")
    code = language.get("code") if isinstance(language, dict) else None
    if not isinstance(name, str) or not isinstance(code, str):
        raise SimulatedRefusal(131008, "The parameters template.name and template.language.code are required.")
    template = templates.get((name, code))
    if template is None or template.status not in {"APPROVED", *_STATUSES}:
        raise SimulatedRefusal(132001, f"template name ({name}) does not exist in {code}")
    if template.status in _STATUSES:
        raise SimulatedRefusal(_STATUSES[template.status])
    _check_parts(_components_by_type(content.get("components") or [], "template.components"), template.components, "")
    return template


def _components_by_type(components: Any, field: str) -> dict[tuple[str, int], Mapping[str, Any]]:
    """The components of a request by type (lower case) and index of a button."""
    if not isinstance(components, list) or not all(isinstance(part, dict) for part in components):
        raise SimulatedRefusal(100, f"Param {field} must be an array of objects.")
    by_type: dict[tuple[str, int], Mapping[str, Any]] = {}
    for at, part in enumerate(components):
        kind = str(part.get("type")).lower()
        if kind not in _TYPES:
            allowed = ", ".join(_TYPES)
            raise SimulatedRefusal(100, f"Param {field}[{at}].type must be one of {{{allowed}}}.")
        index = _index(part.get("index", 0), f"{field}[{at}].index") if kind == "button" else 0
        by_type[kind, index] = part
    return by_type


def _index(value: Any, field: str) -> int:
    if not str(value).isdecimal() or int(str(value)) > 9:
        raise SimulatedRefusal(131009, f"Param {field} must be a number from 0 to 9.")
    return int(str(value))


def _check_parts(
    by_type: Mapping[tuple[str, int], Mapping[str, Any]], components: Sequence[Component], where: str
) -> None:
    """Check the header, body, buttons and cards of a template or of one card (`where`)."""
    parts = {str(part["type"]).upper(): part for part in components}
    _check_header(_parameters(by_type.get(("header", 0)), f"{where}header"), parts.get("HEADER", {}), where)
    body = str(parts.get("BODY", {}).get("text") or "")
    _check_texts(_parameters(by_type.get(("body", 0)), f"{where}body"), body, "body", where)
    buttons = parts.get("BUTTONS", {}).get("buttons", ())
    for (kind, index), part in by_type.items():
        if kind == "button" and index >= len(buttons):
            raise SimulatedRefusal(131009, f"{where}buttons: The template has no button at index {index}.")
        if kind == "button":
            _check_button(part, buttons[index], index, where)
    for index, button in enumerate(buttons):
        if ("button", index) not in by_type and _needs_parameter(button):
            name = str(button["type"]).replace("_", " ").title().replace(" ", "")
            raise SimulatedRefusal(
                131008, f"{where}buttons: Button at index {index} of type {name} requires a parameter"
            )
    _check_cards(by_type.get(("carousel", 0)), parts.get("CAROUSEL", {}).get("cards", ()))


def _parameters(part: Mapping[str, Any] | None, field: str) -> Parameters:
    parameters = (part or {}).get("parameters") or []
    if not isinstance(parameters, list) or not all(isinstance(each, dict) for each in parameters):
        raise SimulatedRefusal(100, f"{field}: parameters must be an array of objects.")
    return parameters


def _check_header(parameters: Parameters, header: Component, where: str) -> None:
    kind = str(header.get("format") or "TEXT").upper()
    if kind == "TEXT":
        _check_texts(parameters, str(header.get("text") or ""), "header", where)
        return
    received = str(parameters[0].get("type") or "unknown").upper() if parameters else "UNKNOWN"
    if received != kind:
        raise SimulatedRefusal(132012, f"{where}header: Format mismatch, expected {kind}, received {received}")
    if len(parameters) != 1:
        raise _count_mismatch(f"{where}header", len(parameters), 1)
    value = parameters[0].get(kind.lower())
    needed = ("latitude", "longitude") if kind == "LOCATION" else ("id", "link")
    if not isinstance(value, dict) or not any(value.get(name) for name in needed):
        raise SimulatedRefusal(131008, f"{where}header: The parameter {kind.lower()} requires {' or '.join(needed)}.")
    link = value.get("link")
    if link is not None and not (isinstance(link, str) and re.match(r"https?://[^/\s]", link)):
        raise SimulatedRefusal(131009, f"{where}header: {kind.lower()}.link must begin with https:// or http://.")


def _count_mismatch(part: str, count: int, expected: int) -> SimulatedRefusal:
    details = (
        f"{part}: number of localizable_params ({count}) does not match the expected number of params ({expected})"
    )
    return SimulatedRefusal(132000, details, count=count, expected_count=expected)


def _check_texts(parameters: Parameters, text: str, part: str, where: str) -> None:
    names = list(dict.fromkeys(_PLACEHOLDER.findall(text)))
    if len(parameters) != len(names):
        raise _count_mismatch(f"{where}{part}", len(parameters), len(names))
    is_named = any(not name.isdecimal() for name in names)
    values = [_value(parameter, f"{where}{part}") for parameter in parameters]
    order = [str(parameter.get("parameter_name")) for parameter in parameters] if is_named else sorted(names, key=int)
    if is_named and set(order) != set(names):
        raise SimulatedRefusal(132012, f"{where}{part}: Parameter name must be one of {', '.join(names)}")
    by_name = dict(zip(order, values, strict=True))
    filled = _PLACEHOLDER.sub(lambda match: by_name[match.group(1)], text)
    if len(filled) > _LONGEST[part]:
        raise SimulatedRefusal(
            132005, f"{where}{part}: The text is {len(filled)} characters long, max {_LONGEST[part]}"
        )


def _value(parameter: Mapping[str, Any], where: str) -> str:
    kind = str(parameter.get("type") or "").lower()
    if kind not in _TEXTS:
        raise SimulatedRefusal(132012, f"{where}: Format mismatch, expected TEXT, received {kind.upper() or 'UNKNOWN'}")
    value = parameter.get(kind)
    text = value.get("fallback_value") if isinstance(value, dict) and kind != "text" else value
    if not isinstance(text, str) or not text:
        raise SimulatedRefusal(131008, f"{where}: Parameter of type {kind} is missing {kind} value")
    if _UNFIT.search(text):
        raise SimulatedRefusal(
            132018, f"{where}: Param text cannot have new-line/tab characters or more than 4 consecutive spaces"
        )
    return text


def _needs_parameter(button: Mapping[str, Any]) -> bool:
    kind = str(button.get("type")).upper()
    return kind in {"COPY_CODE", "OTP"} or (kind == "URL" and bool(_PLACEHOLDER.search(str(button.get("url")))))


def _check_button(part: Mapping[str, Any], button: Mapping[str, Any], index: int, where: str) -> None:
    field, kind = f"{where}buttons: Button at index {index}", str(part.get("sub_type")).lower()
    fitting, parameter_type = _BUTTONS.get(kind, ((), ""))
    if str(button.get("type")).upper() not in fitting:
        raise SimulatedRefusal(131009, f"{field} is of type {button.get('type')}, not {kind}")
    parameters = _parameters(part, field)
    if not parameters and _needs_parameter(button):
        raise SimulatedRefusal(131008, f"{field} requires a parameter")
    if len(parameters) > 1 or (parameters and kind == "url" and not _needs_parameter(button)):
        raise _count_mismatch(f"{where}buttons", len(parameters), int(_needs_parameter(button)))
    for parameter in parameters:
        received = str(parameter.get("type") or "unknown").lower()
        if received != parameter_type:
            expected = parameter_type.upper()
            raise SimulatedRefusal(
                132012, f"{field}: Format mismatch, expected {expected}, received {received.upper()}"
            )
        _check_button_value(parameter.get(parameter_type), parameter_type, button, field)


def _check_button_value(value: Any, kind: str, button: Mapping[str, Any], field: str) -> None:
    if kind not in {"text", "coupon_code", "payload"}:
        return
    if not isinstance(value, str) or not value:
        raise SimulatedRefusal(131008, f"{field}: Parameter of type {kind} is missing {kind} value")
    longest = _LONGEST_COUPON if kind == "coupon_code" else _LONGEST_CODE if button.get("type") == "OTP" else 2000
    if len(value) > longest:
        raise SimulatedRefusal(131009, f"{field}: The value is {len(value)} characters long, max {longest}")


def _check_cards(part: Mapping[str, Any] | None, cards: Sequence[Component]) -> None:
    request_cards = (part or {}).get("cards") or []
    if not isinstance(request_cards, list) or not all(isinstance(card, dict) for card in request_cards):
        raise SimulatedRefusal(100, "carousel: cards must be an array of objects.")
    if len(request_cards) != len(cards):
        raise _count_mismatch("carousel", len(request_cards), len(cards))
    for at, (card, template) in enumerate(zip(request_cards, cards, strict=True)):
        where = f"carousel card {at}: "
        _check_parts(
            _components_by_type(card.get("components") or [], f"{where}components"), template["components"], where
        )
