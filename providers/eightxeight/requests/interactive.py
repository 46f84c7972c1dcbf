"""Checks `content.interactive`."""

from collections.abc import Mapping
from typing import Any

from providers.eightxeight.requests.reading import (
    INVALID,
    Refusal,
    integer,
    items,
    mapping,
    one_of,
    optional,
    text,
    url,
)

FIELD = "content.interactive"
KINDS = (
    "button", "list", "product", "product_list", "cta_url", "flow", "call_permission_request", "request_contact_info",
    "voice_call", "location_request_message",
)  # fmt: skip
_NO_BODY = ("product", "call_permission_request", "request_contact_info")
_NO_HEADER = ("product", "location_request_message")
_HEADERS = ("text", "video", "image", "document")
_MAX_ROWS, _MAX_PRODUCTS = 10, 30


def check(value: Any) -> None:
    """Check the content of an interactive message; raises `Refusal`."""
    data = mapping(value, FIELD)
    kind = one_of(data.get("type"), f"{FIELD}.type", KINDS, wrong=INVALID)
    if data.get("header") is not None:
        _check_header(data["header"], kind)
    if data.get("body") is not None or kind not in _NO_BODY:
        text(mapping(data.get("body"), f"{FIELD}.body").get("text"), f"{FIELD}.body.text", 1024)
    if data.get("footer") is not None:
        text(mapping(data["footer"], f"{FIELD}.footer").get("text"), f"{FIELD}.footer.text", 60)
    if kind in _ACTIONS:
        _ACTIONS[kind](mapping(data.get("action"), f"{FIELD}.action"), f"{FIELD}.action")
    elif data.get("action") is not None:
        mapping(data["action"], f"{FIELD}.action")


def _check_header(value: Any, kind: str) -> None:
    header = mapping(value, f"{FIELD}.header")
    if kind in _NO_HEADER:
        raise Refusal(INVALID, f"'{FIELD}.header': a message of type {kind} has none; leave it out.")
    form = one_of(header.get("type"), f"{FIELD}.header.type", _HEADERS, wrong=INVALID)
    if form == "text":
        text(header.get("text"), f"{FIELD}.header.text", 60)
        return
    media = mapping(header.get(form), f"{FIELD}.header.{form}")
    if media.get("id") is None:
        url(media.get("link"), f"{FIELD}.header.{form}.link", missing=3007, wrong=3008)
    else:
        text(media["id"], f"{FIELD}.header.{form}.id", 255)


def _check_buttons(action: Mapping[str, Any], field: str) -> None:
    buttons = items(action.get("buttons"), f"{field}.buttons")
    if not 1 <= len(buttons) <= 3:
        raise Refusal(1010, f"'{field}.buttons' must hold 1 to 3 buttons.")
    for at, entry in enumerate(buttons):
        reply = mapping(mapping(entry, f"{field}.buttons[{at}]").get("reply"), f"{field}.buttons[{at}].reply")
        text(reply.get("id"), f"{field}.buttons[{at}].reply.id", 256)
        text(reply.get("title"), f"{field}.buttons[{at}].reply.title", 20)


def _read_sections(action: Mapping[str, Any], field: str) -> list[tuple[str, Mapping[str, Any]]]:
    entries = items(action.get("sections"), f"{field}.sections")
    if not 1 <= len(entries) <= 10:
        raise Refusal(1010, f"'{field}.sections' must hold 1 to 10 sections.")
    sections = [
        (f"{field}.sections[{at}]", mapping(each, f"{field}.sections[{at}]")) for at, each in enumerate(entries)
    ]
    for where, section in sections:
        optional(section.get("title"), f"{where}.title", 24)
    return sections


def _check_list(action: Mapping[str, Any], field: str) -> None:
    text(action.get("button"), f"{field}.button", 20)
    count = 0
    for where, section in _read_sections(action, field):
        for at, entry in enumerate(items(section.get("rows"), f"{where}.rows")):
            row = mapping(entry, f"{where}.rows[{at}]")
            text(row.get("id"), f"{where}.rows[{at}].id", 200)
            text(row.get("title"), f"{where}.rows[{at}].title", 24)
            optional(row.get("description"), f"{where}.rows[{at}].description", 72)
            count += 1
    if not 1 <= count <= _MAX_ROWS:
        raise Refusal(1010, f"'{field}.sections' must hold 1 to {_MAX_ROWS} rows in all.")


def _check_products(action: Mapping[str, Any], field: str) -> None:
    text(action.get("catalog_id"), f"{field}.catalog_id", 255)
    count = 0
    for where, section in _read_sections(action, field):
        for at, entry in enumerate(items(section.get("product_items"), f"{where}.product_items")):
            item = mapping(entry, f"{where}.product_items[{at}]")
            text(item.get("product_retailer_id"), f"{where}.product_items[{at}].product_retailer_id", 255)
            count += 1
    if not 1 <= count <= _MAX_PRODUCTS:
        raise Refusal(1010, f"'{field}.sections' must hold 1 to {_MAX_PRODUCTS} products in all.")


def _check_product(action: Mapping[str, Any], field: str) -> None:
    text(action.get("catalog_id"), f"{field}.catalog_id", 255)
    text(action.get("product_retailer_id"), f"{field}.product_retailer_id", 255)


def _check_link(action: Mapping[str, Any], field: str) -> None:
    parameters = mapping(action.get("parameters"), f"{field}.parameters")
    text(parameters.get("display_text"), f"{field}.parameters.display_text", 20)
    url(parameters.get("url"), f"{field}.parameters.url", missing=INVALID, wrong=INVALID)


def _check_flow(action: Mapping[str, Any], field: str) -> None:
    parameters = mapping(action.get("parameters"), f"{field}.parameters")
    text(parameters.get("flowId"), f"{field}.parameters.flowId", 255)
    text(parameters.get("flowCta"), f"{field}.parameters.flowCta", 30)
    if parameters.get("flowAction") is not None:
        actions = ("navigate", "data_exchange")
        one_of(parameters["flowAction"], f"{field}.parameters.flowAction", actions, wrong=INVALID)
    if parameters.get("flowActionPayload") is not None:
        mapping(parameters["flowActionPayload"], f"{field}.parameters.flowActionPayload")


def _check_voice_call(action: Mapping[str, Any], field: str) -> None:
    parameters = mapping(action.get("parameters"), f"{field}.parameters")
    optional(parameters.get("display_text"), f"{field}.parameters.display_text", 20)
    optional(parameters.get("payload"), f"{field}.parameters.payload", 512)
    integer(parameters.get("ttlMinutes"), f"{field}.parameters.ttlMinutes", 1, 43_200, wrong=1010, default=10_080)


_ACTIONS = {
    "button": _check_buttons, "list": _check_list, "product": _check_product, "product_list": _check_products,
    "cta_url": _check_link, "flow": _check_flow, "voice_call": _check_voice_call,
}  # fmt: skip
