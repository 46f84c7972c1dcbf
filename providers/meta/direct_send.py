"""Direct Send: a business-initiated message without a template (Meta's API reference of 2026-07-31).

`category` makes a text or an interactive message one, at the rate of that category; Meta makes the template.
"""

import re
from collections.abc import Mapping
from typing import Any

from providers.meta.refusals import INVALID, NO_USER_ID, MetaRefusal

_SERVICE = "service"  # like no category: an ordinary message, which is no Direct Send
_TYPES = {"utility": ("text", "interactive"), "authentication": ("text",)}
_INTERACTIVE = ("button", "cta_url", "voice_call")
_LONGEST_TEXT = 1024
_MOST_SECONDS = {"utility": 43_200, "authentication": 900}
_FEWEST_SECONDS = 30
_TTL, _CONFIG, _NAME = "ttl_seconds", "direct_send_config", "template_name"
_TEMPLATE_NAME = re.compile(r"[a-z0-9_]{1,512}")


def read(body: Mapping[str, Any], kind: str) -> tuple[str, str]:
    """The category of Direct Send and the name of its template, each empty without; raises `MetaRefusal`."""
    category = body.get("category")
    if category is None or category == _SERVICE:
        _check_alone(body)
        return "", ""
    if not isinstance(category, str) or category not in _TYPES:
        raise _refusal("category", "must be utility or authentication; leave it out of other messages.")
    if category == "authentication" and not body.get("to"):
        raise MetaRefusal(
            NO_USER_ID, "Param to is required with category authentication: give a phone number.", field="to"
        )
    _check_content(body, kind, category)
    if body.get("recipient_type") == "group":
        raise _refusal("category", "cannot be sent to a group: leave it out.")
    config = body.get(_CONFIG)
    if config is not None and not isinstance(config, dict):
        raise _refusal(_CONFIG, 'must be an object, as {"template_name": "order_shipped"}.')
    for place, value in ((_TTL, body.get(_TTL)), (f"{_CONFIG}.{_TTL}", (config or {}).get(_TTL))):
        _check_ttl(value, place, category)
    return category, _template_name((config or {}).get(_NAME), category)


def _refusal(field: str, problem: str) -> MetaRefusal:
    return MetaRefusal(INVALID, f"Param {field} {problem}", field=field)


def _check_alone(body: Mapping[str, Any]) -> None:
    """Refuse parameters of Direct Send in any other message, as Meta does."""
    for name in (_TTL, _CONFIG):
        if body.get(name) is not None:
            raise _refusal(name, "is for Direct Send alone: give category utility too, or leave it out.")


def _check_content(body: Mapping[str, Any], kind: str, category: str) -> None:
    types = _TYPES[category]
    if kind not in types:
        raise _refusal("category", f"{category} is for messages of type {' or '.join(types)}; leave it out of others.")
    content = body[kind]
    words = content.get("body") if kind == "text" else (content.get("body") or {}).get("text")
    if isinstance(words, str) and len(words) > _LONGEST_TEXT:
        field = "text.body" if kind == "text" else "interactive.body.text"
        raise _refusal(field, f"must be at most {_LONGEST_TEXT} characters long with category {category}.")
    if kind == "interactive" and content.get("type") not in _INTERACTIVE:
        raise _refusal("interactive.type", f"must be {', '.join(_INTERACTIVE)} with category {category}.")


def _check_ttl(value: Any, field: str, category: str) -> None:
    most = _MOST_SECONDS[category]
    is_number = isinstance(value, int) and not isinstance(value, bool)
    if value is not None and not (is_number and _FEWEST_SECONDS <= value <= most):
        raise _refusal(field, f"must be a whole number of seconds from {_FEWEST_SECONDS} to {most:,} ({category}).")


def _template_name(value: Any, category: str) -> str:
    if value is None:
        return ""
    field = f"{_CONFIG}.{_NAME}"
    if category != "utility":
        raise _refusal(field, "is for category utility alone: leave it out.")
    if not isinstance(value, str) or not _TEMPLATE_NAME.fullmatch(value):
        raise _refusal(field, "must be 1 to 512 lower case letters, digits and underscores.")
    return value
