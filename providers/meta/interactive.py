"""Interactive messages in the Cloud API's form: the limits of reply buttons and lists, which Meta refuses with 131009.

Sources: Meta's guides of interactive reply buttons and of interactive lists, whose body may have 4,096 characters.
"""

from collections.abc import Mapping
from functools import partial
from typing import Any

from providers.meta.checks import array_of, check_optional_text, object_of, text_of
from providers.meta.refusals import NOT_VALID, MetaRefusal

_MOST_BUTTONS, _MOST_SECTIONS, _MOST_ROWS = 3, 10, 10
_LONGEST_BODY, _LONGEST_OTHER = {"button": 1024, "cta_url": 1024}, 4096
_text, _optional = partial(text_of, code=NOT_VALID), partial(check_optional_text, code=NOT_VALID)


def check(content: Any, field: str) -> None:
    """Check the content of an interactive message; raises `MetaRefusal`."""
    interactive = object_of(content, field)
    kind = text_of(interactive.get("type"), f"{field}.type", 32)
    action = object_of(interactive.get("action"), f"{field}.action")
    for name, limit in (("body", _LONGEST_BODY.get(kind, _LONGEST_OTHER)), ("footer", 60)):
        if interactive.get(name) is not None:
            part = object_of(interactive[name], f"{field}.{name}")
            _text(part.get("text"), f"{field}.{name}.text", limit)
    if interactive.get("header") is not None:
        _optional(object_of(interactive["header"], f"{field}.header").get("text"), f"{field}.header.text", 60)
    if kind in _ACTIONS:
        _ACTIONS[kind](action, f"{field}.action")


def _check_buttons(action: Mapping[str, Any], field: str) -> None:
    buttons = array_of(action.get("buttons"), f"{field}.buttons")
    _check_number(len(buttons), f"{field}.buttons", "buttons", _MOST_BUTTONS)
    for at, entry in enumerate(buttons):
        where = f"{field}.buttons[{at}]"
        reply = object_of(object_of(entry, where).get("reply"), f"{where}.reply")
        _text(reply.get("id"), f"{where}.reply.id", 256)
        _text(reply.get("title"), f"{where}.reply.title", 20)


def _check_list(action: Mapping[str, Any], field: str) -> None:
    _text(action.get("button"), f"{field}.button", 20)
    sections = array_of(action.get("sections"), f"{field}.sections")
    _check_number(len(sections), f"{field}.sections", "sections", _MOST_SECTIONS)
    count = sum(_check_section(each, f"{field}.sections[{at}]") for at, each in enumerate(sections))
    _check_number(count, f"{field}.sections", "rows in all", _MOST_ROWS)


def _check_section(value: Any, field: str) -> int:
    """The number of its rows."""
    section = object_of(value, field)
    _optional(section.get("title"), f"{field}.title", 24)
    rows = array_of(section.get("rows"), f"{field}.rows")
    for at, entry in enumerate(rows):
        row = object_of(entry, f"{field}.rows[{at}]")
        for name, limit in (("id", 200), ("title", 24)):
            _text(row.get(name), f"{field}.rows[{at}].{name}", limit)
        _optional(row.get("description"), f"{field}.rows[{at}].description", 72)
    return len(rows)


def _check_number(count: int, field: str, things: str, most: int) -> None:
    if not 1 <= count <= most:
        raise MetaRefusal(NOT_VALID, f"Param {field} must have 1 to {most} {things}, not {count}.", field=field)


_ACTIONS = {"button": _check_buttons, "list": _check_list}
