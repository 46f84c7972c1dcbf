"""Reads a batch in 8x8's form: its defaults and its messages."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID, uuid4

import orjson

from providers.eightxeight.requests.reading import INVALID, Refusal, mapping, optional

MAX_MESSAGES = 10_000
_MAX_BYTES = 64 * 1024 * 1024  # of a batch whose defaults are written into every message


@dataclass(frozen=True, slots=True)
class Batch:
    """The messages, completed with the defaults. `with_messages`: whether the response lists them."""

    client_batch_id: str
    messages: list[Any]
    with_messages: bool
    batch_id: UUID = field(default_factory=uuid4)


def read_batch(body: Mapping[str, Any]) -> Batch:
    """Read a batch without checking its messages. Raises `Refusal` for errors of the batch itself."""
    client_batch_id = optional(body.get("clientBatchId"), "clientBatchId", 100, long=3014)
    with_messages = body.get("includeMessagesInResponse", False)
    if not isinstance(with_messages, bool | None):
        raise Refusal(INVALID, "'includeMessagesInResponse' must be true or false.")
    defaults = mapping(body.get("template", {}), "template")
    entries = body.get("messages")
    if not isinstance(entries, list) or not entries:
        raise Refusal(3012, "'messages' is required: give an array of messages.")
    if len(entries) > MAX_MESSAGES:
        raise Refusal(3013, f"'messages' holds {len(entries)} messages; at most {MAX_MESSAGES} are allowed.")
    if len(orjson.dumps(defaults)) * len(entries) > _MAX_BYTES:
        raise Refusal(1100, "'template' is too large for so many messages: send several batches.")
    messages = [{**defaults, **entry} if isinstance(entry, dict) else entry for entry in entries]
    return Batch(client_batch_id, messages, bool(with_messages))
