"""Valid bodies of each kind, and every way to make one field invalid."""

from collections.abc import Iterator
from copy import deepcopy
from typing import Any

JANE = {"type": "text", "text": "Jane"}
TO = {"user": {"msisdn": "+6591990000", "country": "SG"}}
TEMPLATE = {
    **TO,
    "type": "template",
    "clientMessageId": "order-77",
    "content": {
        "template": {
            "name": "rich",
            "language": "en_US",
            "components": [
                {"type": "header", "parameters": [{"type": "image", "url": "https://cdn.example.com/a.jpg"}]},
                {"type": "body", "parameters": [JANE, {"type": "text", "text": "77"}]},
                {"type": "button", "subType": "url", "index": 0, "parameters": [{"type": "text", "text": "77"}]},
                {"type": "button", "subType": "quickreply", "index": "1",
                 "parameters": [{"type": "payload", "payload": "yes"}]},
            ],
        },
        "fallbackText": "Jane, order 77 has shipped",
        "sms": {"encoding": "AUTO", "source": "ACME"},
    },
    "channels": [{"channel": "WhatsApp", "fallbackAfter": 900, "successStatus": "Delivered"}],
    "scheduled": "2099-01-01T00:00:00Z",
    "expiry": "2099-01-02T00:00:00Z",
    "dlrCallbackUrl": "https://hooks.example.com/receipts",
    "tollgate": {"source": "campaign", "name": "Spring", "recipientType": "lead"},
}  # fmt: skip
RICH = [
    {"type": "HEADER", "format": "IMAGE"},
    {"type": "BODY", "text": "Hello {{1}}, order {{2}} has shipped."},
    {"type": "BUTTONS", "buttons": [
        {"type": "URL", "text": "Track", "url": "https://acme.example/{{1}}"},
        {"type": "QUICK_REPLY", "text": "Thanks"},
    ]},
]  # fmt: skip
TEXT = {**TO, "type": "Text", "content": {"text": "Hello"}}
IMAGE = {**TO, "type": "image", "content": {"url": "https://cdn.example.com/a.jpg", "text": "Look"}}
FILE = {**TO, "type": "File", "content": {"url": "https://cdn.example.com/a.pdf"}}
SHOP = {"latitude": 1.3, "longitude": 103.8, "name": "Acme", "address": "Orchard"}
PLACE = {**TO, "type": "location", "content": {"location": SHOP}}


def interactive(kind: str, action: dict[str, Any], **more: Any) -> dict[str, Any]:
    content = {"type": kind, "body": {"text": "Choose"}, "action": action, **more}
    return {**TO, "type": "interactive", "content": {"interactive": content}}


INTERACTIVE = [
    interactive("button", {"buttons": [{"type": "reply", "reply": {"id": "1", "title": "Yes"}}]},
                header={"type": "image", "image": {"link": "https://cdn.example.com/a.jpg"}}, footer={"text": "Acme"}),
    interactive("list", {"button": "Open", "sections": [
        {"title": "Sizes", "rows": [{"id": "s", "title": "Small", "description": "36"}]}]}),
    interactive("product", {"catalog_id": "1", "product_retailer_id": "2"}),
    interactive("product_list", {"catalog_id": "1", "sections": [
        {"title": "New", "product_items": [{"product_retailer_id": "2"}]}]}),
    interactive("cta_url", {"parameters": {"display_text": "See", "url": "https://acme.example"}}),
    interactive("flow", {"parameters": {"flowId": "1", "flowCta": "Begin", "flowAction": "navigate",
                                        "flowActionPayload": {"screen": "A"}}}),
    interactive("voice_call", {"parameters": {"display_text": "Call", "ttlMinutes": 10, "payload": "x"}}),
    interactive("location_request_message", {"name": "send_location"}),
]  # fmt: skip
EIGHT_X_EIGHT = [TEMPLATE, TEXT, IMAGE, FILE, PLACE, *INTERACTIVE]

CLOUD_TO = {"messaging_product": "whatsapp", "recipient_type": "individual", "to": "+6591990000"}
CLOUD = [
    {**CLOUD_TO, "type": "text", "text": {"body": "Hello", "preview_url": False}, "context": {"message_id": "wamid.X"},
     "biz_opaque_callback_data": "order-77"},
    {**CLOUD_TO, "type": "template", "template": {
        "name": "weekend_sale", "language": {"code": "en"},
        "components": [{"type": "body", "parameters": [JANE, {**JANE, "parameter_name": "off"}]}]}},
    {**CLOUD_TO, "type": "image", "image": {"link": "https://cdn.example.com/a.jpg", "caption": "Look"}},
    {**CLOUD_TO, "type": "document", "document": {"id": "1234", "filename": "a.pdf"}},
    {**CLOUD_TO, "type": "location", "location": {"latitude": "1.3", "longitude": 103.8, "name": "A", "address": "B"}},
    {**CLOUD_TO, "type": "contacts", "contacts": [{"name": {"formatted_name": "Ada"}}]},
    {**CLOUD_TO, "type": "reaction", "reaction": {"message_id": "wamid.X", "emoji": "👍"}},
    {**CLOUD_TO, "type": "interactive", "interactive": {
        "type": "button", "header": {"type": "text", "text": "A"}, "body": {"text": "B"}, "footer": {"text": "C"},
        "action": {"buttons": [{"type": "reply", "reply": {"id": "1", "title": "Yes"}}]}}},
    {"messaging_product": "whatsapp", "status": "read", "message_id": "wamid.X"},
]  # fmt: skip

BATCH = {
    "clientBatchId": "spring", "includeMessagesInResponse": True,
    "template": {"type": "text", "content": {"text": "Hello"}},
    "messages": [{"user": {"msisdn": "+6591990000"}}],
}  # fmt: skip
HOOKS = [{
    "subAccountId": "acme_wa", "url": "https://hooks.example.com/x", "type": "CADR", "enabled": True,
    "httpAuthorization": "Basic x",
}]  # fmt: skip

MISSING = object()
SPOILS: tuple[Any, ...] = (MISSING, None, "", 7, -1.5, True, "x" * 40_000, [], [7], {}, {"x": 1}, "ünknown")


def paths(body: Any, at: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """Every place in a body."""
    if at:
        yield at
    inner = body.items() if isinstance(body, dict) else enumerate(body) if isinstance(body, list) else ()
    for name, part in inner:
        yield from paths(part, (*at, name))


def spoiled(body: Any) -> Iterator[tuple[tuple[Any, ...], Any, Any]]:
    """The body with each place in turn missing, null, of another type, too long or unknown."""
    for path in paths(body):
        for value in SPOILS:
            copy = deepcopy(body)
            part = copy
            for name in path[:-1]:
                part = part[name]
            if value is MISSING:
                del part[path[-1]]
            else:
                part[path[-1]] = value
            yield path, value, copy
