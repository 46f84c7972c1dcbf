"""Checks `content.whatsApp.directSend`: a utility message without a template."""

from collections.abc import Mapping
from typing import Any

from providers.eightxeight.requests.reading import INVALID, Refusal, integer, mapping, one_of

FIELD = "content.whatsApp.directSend"
_INTERACTIVE = ("cta_url", "button")


def read(kind: str, content: Mapping[str, Any]) -> str:
    """The category of Direct Send, empty for other messages; raises `Refusal`."""
    if content.get("whatsApp") is None:
        return ""
    direct = mapping(content["whatsApp"], "content.whatsApp").get("directSend")
    if direct is None:
        return ""
    direct = mapping(direct, FIELD)
    category = one_of(direct.get("category"), f"{FIELD}.category", ("utility",), wrong=INVALID)
    if direct.get("ttlSeconds") is not None:
        integer(direct["ttlSeconds"], f"{FIELD}.ttlSeconds", 30, 43_200, wrong=1010)
    if kind != "text" and not (kind == "interactive" and _kind_of(content) in _INTERACTIVE):
        raise Refusal(INVALID, f"'{FIELD}' is for a text, or interactive of type cta_url or button: leave it out.")
    return category


def _kind_of(content: Mapping[str, Any]) -> str:
    interactive = content.get("interactive")
    return str(interactive.get("type")).lower() if isinstance(interactive, dict) else ""
