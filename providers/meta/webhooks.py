"""Meta's signature of webhooks, and its verification of an endpoint."""

import hashlib
import hmac
from collections.abc import Mapping

from core.secrets import digests_equal
from providers.vendor import WebhookSecrets

HEADER = "X-Hub-Signature-256"


def authenticate(secrets: WebhookSecrets, headers: Mapping[str, str], body: bytes) -> bool:
    """Whether the raw body is signed with the app secret."""
    presented = headers.get(HEADER, "").lower().encode("utf-8", "surrogateescape")
    return any(digests_equal(presented, signature(secret, body).encode()) for secret in secrets.app_secrets)


def signature(app_secret: str | bytes, body: bytes) -> str:
    """The value of X-Hub-Signature-256."""
    key = app_secret.encode() if isinstance(app_secret, str) else app_secret
    return "sha256=" + hmac.new(key, body, hashlib.sha256).hexdigest()


def answer(secrets: WebhookSecrets, query: Mapping[str, str]) -> str | None:
    """The challenge of the query; None if its verify token is wrong."""
    token = query.get("hub.verify_token", "").encode("utf-8", "surrogateescape")
    is_known = bool(secrets.verify_token) and digests_equal(token, secrets.verify_token)
    return query.get("hub.challenge", "") if query.get("hub.mode") == "subscribe" and is_known else None


def verification_query(token: str, challenge: str) -> dict[str, str]:
    """The query of Meta's verification request."""
    return {"hub.mode": "subscribe", "hub.verify_token": token, "hub.challenge": challenge}
