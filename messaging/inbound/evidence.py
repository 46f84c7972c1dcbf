"""The part of a webhook about one message, without other people's data.

One body may have a thousand statuses of as many people, also of other subaccounts.
"""

from typing import Any

from core.strict_json import Unparsable, load_repaired
from providers.reading import text


def part_about(body: bytes, provider_message_id: str) -> Any | None:
    """The body as JSON, with only the message's entries in lists; None if there are none or it is no JSON."""
    try:
        document = load_repaired(body)[0]
    except Unparsable:
        return None
    return _filter(document, provider_message_id) if _contains(document, provider_message_id) else None


def _contains(part: Any, message_id: str) -> bool:
    if isinstance(part, dict):
        return any(_contains(value, message_id) for value in part.values())
    if isinstance(part, list):
        return any(_contains(value, message_id) for value in part)
    return text(part, 512) == message_id


def _filter(part: Any, message_id: str) -> Any:
    """Keep the message's entry complete, and remove other entries from the lists around it."""
    if isinstance(part, dict):
        if message_id in [text(value, 512) for value in part.values()]:
            return part
        return {key: _filter(value, message_id) for key, value in part.items()}
    if isinstance(part, list):
        return [_filter(value, message_id) for value in part if _contains(value, message_id)]
    return part
