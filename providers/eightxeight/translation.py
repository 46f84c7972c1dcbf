"""Translates a checked message in 8x8's form into 8x8's request."""

from typing import Any

from providers.vendor import Body, Summary

_OWN_FIELDS = ("tollgate", "scheduled", "expiry", "dlrCallbackUrl", "context")  # handled here, or with ids of ours


def from_8x8(request: Body, about: Summary, reference: str) -> dict[str, Any]:
    """The client's body with our reference, by which webhooks identify the message."""
    body = {name: value for name, value in request.items() if name not in _OWN_FIELDS}
    if about.reply_to:
        body["context"] = {"umid": about.reply_to}
    user = {"msisdn": f"+{about.msisdn}"} if about.msisdn else {"channelUserId": about.user_id}
    return {**body, "user": user, "clientMessageId": reference}
