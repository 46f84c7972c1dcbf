"""Persons at Meta and 360dialog: usernames, stops, edits, and messages of every type."""

from typing import Any

from providers.meta.scenarios.ids import inbound_id, outbound_id
from providers.meta.simulated_webhooks import change, edit, errors, inbound, message, price, status, statuses
from providers.scenarios import Context, Webhooks

_MEDIA = {"sha256": "47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU="}
_CONTENTS: tuple[tuple[str, Any], ...] = (
    ("image", {**_MEDIA, "id": "1908647269898587", "mime_type": "image/jpeg", "caption": "Is this the right size?"}),
    ("audio", {**_MEDIA, "id": "1908647269898588", "mime_type": "audio/ogg; codecs=opus", "voice": True}),
    ("video", {**_MEDIA, "id": "1908647269898589", "mime_type": "video/mp4"}),
    ("document", {**_MEDIA, "id": "1908647269898590", "mime_type": "application/pdf", "filename": "receipt.pdf"}),
    ("sticker", {**_MEDIA, "id": "1908647269898591", "mime_type": "image/webp", "animated": False}),
    ("location", {"latitude": 1.3048, "longitude": 103.8318, "name": "Orchard Road", "address": "Singapore"}),
    ("contacts", [{"name": {"formatted_name": "Ken Ho", "first_name": "Ken"}, "phones": [{"phone": "+65 9000 0000"}]}]),
    ("order", {"catalog_id": "194836987003835", "text": "In blue, please", "product_items": [
        {"product_retailer_id": "shoe-42", "quantity": 1, "item_price": 89.9, "currency": "SGD"}]}),
    ("interactive", {"type": "button_reply", "button_reply": {"id": "today", "title": "I come today"}}),
    ("interactive", {"type": "list_reply", "list_reply": {"id": "s2", "title": "Size 42", "description": "In stock"}}),
    ("interactive", {"type": "nfm_reply", "nfm_reply": {
        "name": "flow", "body": "Sent", "response_json": '{"flow_token": "t", "rating": "5"}'}}),
    ("button", {"payload": "STOP_PROMOTIONS", "text": "Stop promotions"}),
)  # fmt: skip
_UNSUPPORTED = [{
    "code": 131051, "title": "Message type unknown", "message": "Message type unknown",
    "error_data": {"details": "Message type is currently not supported."},
}]  # fmt: skip


def a_username(context: Context) -> Webhooks:
    """A person who hides the number writes; the answer's statuses name the user id alone."""
    person, at = context.another(hides_number=True), context.begin
    answer = outbound_id(context, person)
    text = message(person, inbound_id(context, person), at, "text", {"body": "Do you ship to Johor?"})
    yield at, change(context.sender, "messages", inbound(person, text))
    for seconds, state in ((60, "sent"), (62, "delivered"), (300, "read")):
        priced = {"pricing": price("service", "free_customer_service")} if state != "read" else {}
        part = status(person, answer, at + seconds, state, **priced)
        yield at + seconds, change(context.sender, "messages", statuses([part], person))


def a_new_user_id(context: Context) -> Webhooks:
    """A person changes the number, and with it the user id."""
    old, at = context.person, context.begin
    new = context.another()
    text = message(old, inbound_id(context, old), at, "text", {"body": "I get a new number soon"})
    yield at, change(context.sender, "messages", inbound(old, text))
    system = {
        "body": f"User {old.name} changed from {old.msisdn} to {new.msisdn}", "wa_id": new.msisdn,
        "user_id": new.user_id, "previous_user_id": old.user_id, "type": "user_changed_number",
    }  # fmt: skip
    part = message(old, inbound_id(context, old), at + 3600, "system", system)
    yield at + 3600, change(context.sender, "messages", {"messages": [part]})


def edits(context: Context) -> Webhooks:
    """A person corrects one message and deletes another."""
    person, at = context.person, context.begin
    first, second = inbound_id(context, person), inbound_id(context, person)
    parts = (
        (0, first, "text", {"body": "Can I pick it up on Tuseday?"}),
        (20, inbound_id(context, person), "edit", edit(first, "Can I pick it up on Tuesday?")),
        (60, second, "text", {"body": "My card number is"}),
        (75, inbound_id(context, person), "revoke", {"original_message_id": second}),
    )
    for seconds, message_id, kind, content in parts:
        part = message(person, message_id, at + seconds, kind, content)
        yield at + seconds, change(context.sender, "messages", inbound(person, part))


def contents(context: Context) -> Webhooks:
    """A person sends one message of each type."""
    person, at = context.person, context.begin
    first = outbound_id(context, person)
    about = {"context": {"from": context.sender.msisdn, "id": first}}
    for minute, (kind, content) in enumerate(_CONTENTS):
        more = about if kind in {"button", "interactive"} else {}
        part = message(person, inbound_id(context, person), at + 60 * minute, kind, content, **more)
        yield at + 60 * minute, change(context.sender, "messages", inbound(person, part))
    reaction = message(
        person, inbound_id(context, person), at + 1200, "reaction", {"message_id": first, "emoji": "\N{THUMBS UP SIGN}"}
    )
    unknown = message(person, inbound_id(context, person), at + 1260, "unsupported", None, errors=_UNSUPPORTED)
    yield at + 1260, change(context.sender, "messages", inbound(person, reaction, unknown))


def half_an_emoji(context: Context) -> Webhooks:
    """A phone cuts an emoji in two; a status stands beside it."""
    person, at = context.person, context.begin
    part = message(person, inbound_id(context, person), at, "text", {"body": "Great HALF"})
    sent = status(person, outbound_id(context, person), at, "sent", pricing=price("service", "free_customer_service"))
    body = change(context.sender, "messages", inbound(person, part) | {"statuses": [sent]})
    yield at, body.replace(b"HALF", b"\\ud83d")


def an_advertisement(context: Context) -> Webhooks:
    """A person comes from a Click-to-WhatsApp ad; the answer opens a free entry point."""
    person, at = context.person, context.begin
    answer = outbound_id(context, person)
    referral = {
        "source_url": "https://fb.me/3cr4Wqqkv", "source_id": "120226305854810726", "source_type": "ad",
        "headline": "Chat with us", "body": "Winter coats from S$ 89", "media_type": "image",
        "image_url": "https://shop.acme.example/media/banner.jpg", "ctwa_clid": f"Aff{context.key(40)}",
        "welcome_message": {"text": "Hi! How can we help you?"},
    }  # fmt: skip
    words = {"body": "Hello! Can I get more info on this?"}
    text = message(person, inbound_id(context, person), at, "text", words, referral=referral)
    yield at, change(context.sender, "messages", inbound(person, text))
    free = {"pricing": price("service", "free_entry_point"), "conversation": {
        "id": context.key(32).lower(), "expiration_timestamp": str(at + 90 + 72 * 3600),
        "origin": {"type": "referral_conversion"}}}  # fmt: skip
    for seconds, state in ((90, "sent"), (93, "delivered")):
        part = status(person, answer, at + seconds, state, **free)
        yield at + seconds, change(context.sender, "messages", statuses([part], person))


def a_stop(context: Context) -> Webhooks:
    """A person stops marketing in words and in WhatsApp's menu; marketing then fails, until START."""
    person, at = context.person, context.begin
    stop = message(person, inbound_id(context, person), at, "text", {"body": "STOP"})
    yield at, change(context.sender, "messages", inbound(person, stop))
    for seconds, value in ((30, "stop"), (80_000, "resume")):
        preference = {
            "wa_id": person.msisdn, "user_id": person.user_id, "category": "marketing_messages", "value": value,
            "detail": f"User requested to {value} marketing messages", "timestamp": at + seconds,
        }  # fmt: skip
        content = {"contacts": [], "user_preferences": [preference]}
        yield at + seconds, change(context.sender, "user_preferences", content)
    failed = status(person, outbound_id(context, person), at + 600, "failed", **errors(131050))
    yield at + 600, change(context.sender, "messages", statuses([failed]))
    start = message(person, inbound_id(context, person), at + 80_010, "text", {"body": "START"})
    yield at + 80_010, change(context.sender, "messages", inbound(person, start))
