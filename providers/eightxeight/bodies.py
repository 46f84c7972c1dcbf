"""The parts that 8x8's webhook bodies have in common."""

from typing import Any


def chat_apps_body(kind: str, description: str, version: int, payload: dict[str, Any]) -> dict[str, Any]:
    """A body of Chat Apps with its envelope; `kind` is its event type."""
    return {
        "version": version, "namespace": "ChatApps", "eventType": kind, "description": description, "payload": payload,
    }  # fmt: skip


def user_object(msisdn: str, user_id: str, *, name: str | None = "", username: str | None = "") -> dict[str, str]:
    """The object `user`, without what is unknown."""
    user = {"msisdn": msisdn and f"+{msisdn}", "channelUserId": user_id, "name": name, "username": username}
    return {field: value for field, value in user.items() if value}
