"""The chat history that a business shares when its number is connected: messages of up to 180 days ago.

They are logged and marked, never charged and never forwarded as new. Source: Meta's reference of the webhook
`history`, 2025-12-02.
"""

from collections.abc import Iterator
from typing import Any

from providers.events import MessageEvent, Parsed
from providers.meta.edits import resolve_edit
from providers.meta.people import person
from providers.reading import digits, items, mapping, required_id, text, unix_time
from providers.vocabulary import HISTORY, HISTORY_DETAIL, Category, Direction

Json = dict[str, Any]
_OUTCOMES = {"delivered": "delivered", "read": "read", "played": "read", "error": "failed"}
# `media_placeholder` stands for a medium that another webhook describes.
_PLACEHOLDER = "media_placeholder"
_ENVELOPE = frozenset({
    "id", "from", "from_user_id", "from_parent_user_id", "to", "to_user_id", "to_parent_user_id", "timestamp",
    "history_context",
})  # fmt: skip


def read_history(value: Json, parsed: Parsed) -> None:
    """Add the messages of one change to what was parsed."""
    number_id = text(mapping(value.get("metadata")).get("phone_number_id"), 64)
    if not number_id:
        parsed.problems.append("metadata.phone_number_id is missing, so the number is unknown.")
        return
    for thread, message in _messages(value):
        try:
            parsed.events.extend(resolve_edit(each, message) for each in _events(message, thread, value, number_id))
        except ValueError as error:
            parsed.problems.append(f"The message {text(message.get('id'), 80)!r} cannot be used: {error}.")
    parsed.notes.extend(_refusals(value))


def _messages(value: Json) -> Iterator[tuple[str, Json]]:
    """Each message with the id of its thread, which is the person's number or user id; empty for a lone message."""
    for chunk in items(value.get("history")):
        for thread in items(chunk.get("threads")):
            for message in items(thread.get("messages")):
                yield text(thread.get("id"), 140), message
    for message in items(value.get("messages")):
        yield "", message


def _refusals(value: Json) -> Iterator[str]:
    """Why there is no history: the business did not share it."""
    for chunk in items(value.get("history")):
        for error in items(chunk.get("errors")):
            yield f"No history: {text(error.get('title') or error.get('message'), 200)}."


def _events(message: Json, thread: str, value: Json, number_id: str) -> list[MessageEvent]:
    """The events of one message. Raises ValueError if it has no id or no plausible time.

    The free pricing type comes with `sent`, so a live webhook that proves a charge overrules it.
    """
    ours = _is_ours(message, thread, value)
    side = "to" if ours else "from"
    contacts = items(value.get("contacts"))
    who = person(
        message.get(side) or thread, message.get(f"{side}_user_id"), message.get(f"{side}_parent_user_id"), contacts
    )
    kind = text(message.get("type"), 24).lower() or "unknown"
    content = {name: part for name, part in message.items() if name not in _ENVELOPE}
    about: Json = {
        "provider_message_id": required_id(message), "at": unix_time(message.get("timestamp")), "number_id": number_id,
        "detail": HISTORY_DETAIL, **who._asdict(),
    }  # fmt: skip
    if kind != _PLACEHOLDER:
        about |= {"content_type": kind, "content": content if ours else content | who.names}
    if not ours:
        return [MessageEvent(state="received", direction=Direction.INBOUND, **about)]
    word = text(mapping(message.get("history_context")).get("status"), 24).lower()
    first = MessageEvent(
        state="queued" if word == "pending" else "sent", category=Category.SERVICE, pricing_type=HISTORY, **about
    )
    outcome = _OUTCOMES.get(word)
    return [first, MessageEvent(state=outcome, **about | {"content": None})] if outcome else [first]


def _is_ours(message: Json, thread: str, value: Json) -> bool:
    """Whether the business sent it: from its own number, or to somebody, or not from the person of the thread."""
    sender = digits(message.get("from"))
    business = digits(mapping(value.get("metadata")).get("display_phone_number"))
    if sender and sender == business:
        return True
    return bool(message.get("to")) or bool(sender and digits(thread) and sender != digits(thread))
