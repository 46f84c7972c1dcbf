"""A template as the person read it: its texts, with the parameters of the request filled in where they are stored."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from messaging.log.enums import PayloadKind
from messaging.log.models import MessagePayload, Template

_PLACEHOLDER = re.compile(r"\{\{\s*(\w+)\s*\}\}")


@dataclass(frozen=True)
class Piece:
    """A part of a text; `name` is the parameter that it fills, empty for the template's own text."""

    text: str
    name: str = ""
    is_filled: bool = True


@dataclass(frozen=True)
class Part:
    """One component: "header", "body", "footer" or "button"."""

    kind: str
    pieces: tuple[Piece, ...]


def render_template_text(template: Template, payloads: list[MessagePayload]) -> list[Part]:
    """The template's texts in order; a parameter without a stored value stays {{1}}."""
    parameters = _parameters(payloads)
    parts = []
    for component in template.components:
        if not isinstance(component, dict):
            continue
        kind = str(component.get("type", "")).lower()
        if isinstance(text := component.get("text"), str):
            parts.append(Part(kind, tuple(_pieces(text, parameters.get(kind, {})))))
        parts += [
            Part("button", (Piece(str(button["text"])),))
            for button in component.get("buttons", ())
            if isinstance(button, dict) and button.get("text")
        ]
    return parts


def all_parameters_filled(parts: list[Part]) -> bool:
    """Whether every parameter is filled in."""
    return all(piece.is_filled for part in parts for piece in part.pieces)


def _pieces(text: str, values: Mapping[str, str]) -> Iterator[Piece]:
    # 8x8's requests have no names: their values are in the order of the placeholders.
    names = enumerate(dict.fromkeys(_PLACEHOLDER.findall(text)), start=1)
    by_order = {name: values[str(n)] for n, name in names if str(n) in values and not name.isdecimal()}
    values = {**by_order, **values}
    at = 0
    for match in _PLACEHOLDER.finditer(text):
        if match.start() > at:
            yield Piece(text[at : match.start()])
        name = match[1]
        yield Piece(values.get(name, match[0]), name, name in values)
        at = match.end()
    if at < len(text):
        yield Piece(text[at:])


def _parameters(payloads: list[MessagePayload]) -> dict[str, dict[str, str]]:
    """For each kind of component its parameters by name or position, from a request in Meta's or 8x8's form."""
    body = next((payload.body for payload in payloads if payload.kind == PayloadKind.REQUEST), None)
    request = body if isinstance(body, dict) else {}
    content = request.get("content")
    template = (content if isinstance(content, dict) else request).get("template")
    parameters: dict[str, dict[str, str]] = {}
    for component in _dicts(template.get("components") if isinstance(template, dict) else None):
        values = parameters.setdefault(str(component.get("type", "body")).lower(), {})
        for position, parameter in enumerate(_dicts(component.get("parameters")), start=1):
            values[str(parameter.get("parameter_name") or position)] = _parameter_text(parameter)
    return parameters


def _dicts(part: Any) -> list[dict[str, Any]]:
    return [entry for entry in part if isinstance(entry, dict)] if isinstance(part, list) else []


def _parameter_text(parameter: dict[str, Any]) -> str:
    """A parameter's text, the fallback of a currency or date, or else its kind."""
    kind = str(parameter.get("type", "text"))
    value = parameter.get(kind)
    if isinstance(value, dict):
        value = value.get("fallback_value")
    return str(value) if value is not None else kind
