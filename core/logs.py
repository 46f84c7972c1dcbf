"""Keeping credentials out of the log."""

import re
from collections.abc import MutableMapping
from typing import Any

_TOKEN = re.compile(r"(/webhooks/[^/\s]+/|/invitations/|/password/reset/key/|/confirm-email/)[^\s?]+")


def mask_tokens(logger: Any, method: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """Structlog processor: remove the tokens, which are credentials, from URLs of webhooks and mails."""
    if isinstance(event.get("event"), str):
        event["event"] = _TOKEN.sub(r"\1…", event["event"])
    return event


def drop_expected_tracebacks(logger: Any, method: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """Structlog processor: a 4xx that Django logs with its exception is the client's error, and no fault of a line."""
    if event.get("logger") == "django.request" and event.get("level") == "warning":
        event.pop("exc_info", None)
    return event
