"""What must not stand in a log."""

import re
from collections.abc import MutableMapping
from typing import Any

_TOKEN = re.compile(r"(/webhooks/[^/\s]+/|/invitations/)[^\s?]+")


def mask_tokens(logger: Any, method: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """Structlog processor: webhook addresses and invitations without their token, which is a credential."""
    if isinstance(event.get("event"), str):
        event["event"] = _TOKEN.sub(r"\1…", event["event"])
    return event
