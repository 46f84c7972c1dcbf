"""A checked message as 8x8 wants it, from a request in its own form."""

from typing import Any

from providers.vendor import Body, Summary

_NOT_THEIRS = ("tollgate", "scheduled", "expiry", "dlrCallbackUrl", "context")  # ours to do, or in our own ids


def from_8x8(request: Body, about: Summary, reference: str) -> dict[str, Any]:
    """The client's body with a reference of ours, by which a webhook can name the message."""
    body = {name: value for name, value in request.items() if name not in _NOT_THEIRS}
    if about.reply_to:
        body["context"] = {"umid": about.reply_to}
    user = {"msisdn": f"+{about.msisdn}"} if about.msisdn else {"channelUserId": about.user_id}
    return {**body, "user": user, "clientMessageId": reference}
