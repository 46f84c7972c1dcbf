"""The content of the demo's messages as 8x8 repeats it in delivery receipts (`outboundContent`, version 9)."""

from typing import Any

from local.demo.templates import Component, TemplatePlan

_REPLY = "Happy to help! Your order is on its way."
_BUTTONS = {"URL": "url", "QUICK_REPLY": "quick_reply", "COPY_CODE": "copy_code", "OTP": "copy_code"}
_MEDIA = {
    "IMAGE": {"url": "https://shop.acme.example/media/banner.jpg"},
    "DOCUMENT": {"url": "https://shop.acme.example/media/invoice-4711.pdf", "filename": "invoice-4711.pdf"},
}


def text_content(text: str = _REPLY) -> dict[str, Any]:
    """The content of a text."""
    return {"channel": "whatsapp", "contentType": "text", "body": {"text": text}}


def template_content(plan: TemplatePlan, category: str) -> dict[str, Any]:
    """The content of a template; its category is the one that the message has."""
    carousel, footer = plan.component("CAROUSEL"), plan.component("FOOTER")
    masked = {"redacted": True, "redactionReason": "OTP codes are masked in agent-facing contexts"}
    parts = {
        "template": {"name": plan.name, "language": "en", "category": category},
        "header": _header(plan.component("HEADER")),
        "body": {"text": plan.text},
        "footer": {"text": footer.get("text")} if footer else None,
        "actions": _actions(plan.component("BUTTONS")),
        "cards": [_card(index, card) for index, card in enumerate(carousel.get("cards", ()))],
        "meta": masked if plan.category == "AUTHENTICATION" else None,
    }
    kind = "template_auth" if plan.category == "AUTHENTICATION" else "carousel" if carousel else "template"
    return {"channel": "whatsapp", "contentType": kind, **{name: part for name, part in parts.items() if part}}


def _header(header: Component) -> dict[str, Any] | None:
    kind = header.get("format", "")
    if kind == "LOCATION":
        place = {"latitude": 1.3048, "longitude": 103.8318, "name": "Acme Orchard", "address": "1 Orchard Road"}
        return {"type": "location", "location": place}
    return {"type": kind.lower(), "media": _MEDIA[kind]} if kind else None


def _actions(component: Component) -> dict[str, Any] | None:
    buttons = [
        {"type": _BUTTONS[button["type"]], "label": button.get("text", "Copy code"), "value": button.get("url")}
        for button in component.get("buttons", ())
    ]
    return {"buttons": buttons} if buttons else None


def _card(index: int, card: Component) -> dict[str, Any]:
    parts = {part["type"]: part for part in card["components"]}
    return {
        "index": index, "header": _header(parts["HEADER"]), "body": {"text": parts["BODY"]["text"]},
        "actions": _actions(parts["BUTTONS"]),
    }  # fmt: skip
