"""The part of a webhook about one message, without anybody else's data.

One body may hold a thousand statuses of as many people, of other subaccounts too.
"""

import json
from typing import Any


def part_about(body: bytes, provider_message_id: str) -> Any | None:
    """The body as JSON, its lists cut down to what names the message; None where it names it nowhere, or is no JSON."""
    try:
        document = json.loads(body)
    except (ValueError, RecursionError):
        return None
    return _cut(document, provider_message_id) if _names(document, provider_message_id) else None


def _names(part: Any, message_id: str) -> bool:
    if isinstance(part, dict):
        return any(_names(value, message_id) for value in part.values())
    if isinstance(part, list):
        return any(_names(value, message_id) for value in part)
    return bool(part == message_id)


def _cut(part: Any, message_id: str) -> Any:
    """The entry that names the message stays whole; around it lists lose the entries of other people."""
    if isinstance(part, dict):
        if message_id in [value for value in part.values() if isinstance(value, str)]:
            return part
        return {key: _cut(value, message_id) for key, value in part.items()}
    if isinstance(part, list):
        return [_cut(value, message_id) for value in part if _names(value, message_id)]
    return part
