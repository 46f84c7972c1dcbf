"""The signature of posts: Standard Webhooks 1.0, HMAC-SHA256 with a secret of the account."""

import base64
import hmac
import time

from accounts.models import Account
from core.secrets import derive


def secret_of(account: Account) -> bytes:
    """The secret that signs an account's deliveries; `manage.py callback_secret` prints it."""
    return derive(f"callbacks:{account.public_id}")


def signature_headers(webhook_id: str, body: bytes, secret: bytes) -> dict[str, str]:
    """The headers of the signature: the id, which is the same in every attempt, the time and the signature."""
    at = str(int(time.time()))
    mac = hmac.digest(secret, f"{webhook_id}.{at}.".encode() + body, "sha256")
    return {
        "webhook-id": webhook_id,
        "webhook-timestamp": at,
        "webhook-signature": f"v1,{base64.b64encode(mac).decode()}",
    }


def encode_secret(secret: bytes) -> str:
    """A secret in the format that libraries of Standard Webhooks accept."""
    return f"whsec_{base64.b64encode(secret).decode()}"
