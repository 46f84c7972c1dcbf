"""The signature of what is posted: Standard Webhooks 1.0, HMAC-SHA256 under a secret of the account's."""

import base64
import hmac
import time

from accounts.models import Account
from core.secrets import derive


def secret_of(account: Account) -> bytes:
    """What signs the deliveries of an account; `manage.py callback_secret` prints it."""
    return derive(f"callbacks:{account.public_id}")


def signed(webhook_id: str, body: bytes, secret: bytes) -> dict[str, str]:
    """The headers: an id that stays when it is posted again, the time, and the signature."""
    at = str(int(time.time()))
    mac = hmac.digest(secret, f"{webhook_id}.{at}.".encode() + body, "sha256")
    return {
        "webhook-id": webhook_id,
        "webhook-timestamp": at,
        "webhook-signature": f"v1,{base64.b64encode(mac).decode()}",
    }


def as_text(secret: bytes) -> str:
    """A secret as libraries of Standard Webhooks take it."""
    return f"whsec_{base64.b64encode(secret).decode()}"
