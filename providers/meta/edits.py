"""Edits and deletions, which persons and the WhatsApp Business app send as messages of their own.

Sources: Meta's webhooks `edit` and `revoke` for coexistence numbers (changelog of 2025-11-25), and those of the
business itself (changelog of 2026-06-12).
"""

from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta
from typing import Any
from zlib import crc32

from providers.events import EDITED, NAMES, REVOKED, MessageEvent
from providers.reading import mapping, text
from providers.vocabulary import HISTORY_DETAIL

_STATES = {"edit": EDITED, "revoke": REVOKED}


def resolve_edit(event: MessageEvent, message: Mapping[str, Any]) -> MessageEvent:
    """The event of the original that this message edits or deletes; any other message's event as it is.

    Meta's times are whole seconds, but an event of a message is known by its time. So an edit gets microseconds (below
    1,000) from its id, which are the same in each webhook, and edits of one second stay apart.

    Raises ValueError if an edit or deletion does not name its original.
    """
    state = _STATES.get(event.content_type)
    if state is None:
        return event
    part = mapping(message.get(event.content_type))
    original = text(part.get("original_message_id") or part.get("id") or mapping(message.get("context")).get("id"), 512)
    if not original:
        raise ValueError(f"its {event.content_type}.original_message_id is missing")
    detail = event.detail if event.detail == HISTORY_DETAIL else ""
    own_id = event.provider_message_id
    fraction = timedelta(microseconds=crc32(own_id.encode()) % 1000 if state == EDITED else 0)
    return replace(
        event, provider_message_id=original, edit_id=own_id, at=event.at + fraction, state=state, content_type="",
        category="", pricing_type="", detail=detail,
        content=_content(part, event.content or {}) if state == EDITED else None,
    )  # fmt: skip


def _content(part: Mapping[str, Any], envelope: Mapping[str, Any]) -> dict[str, Any] | None:
    """The corrected content in the form of an inbound message, with its sender's name; None without any."""
    inner = mapping(part.get("message")) or {
        name: part[name] for name in part if name not in {"original_message_id", "id"}
    }
    if not inner:
        return None
    kind = text(inner.get("type"), 24).lower() or next((name for name in inner if name != "context"), "")
    about = {name: envelope[name] for name in NAMES if name in envelope}
    return {**about, **inner, "type": kind}
