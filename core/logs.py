"""Keeping credentials out of the log."""

import re
from collections.abc import MutableMapping
from typing import Any

_TOKEN = re.compile(r"(/webhooks/[^/\s]+/|/invitations/)[^\s?]+")


def mask_tokens(logger: Any, method: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """Structlog processor: remove the tokens, which are credentials, from URLs of webhooks and invitations."""
    if isinstance(event.get("event"), str):
        event["event"] = _TOKEN.sub(r"\1…", event["event"])
    return event
