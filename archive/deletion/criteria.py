"""What a deletion was asked for, as it is kept in its row."""

import hmac
import json
from dataclasses import asdict
from datetime import datetime
from typing import Any

from accounts.models import Account
from core.secrets import derive
from messaging.log.selectors.matching import LogFilter

_MOMENTS = ("start", "end")
_SPANS = ("sent", "read")


def write_filter(chosen: LogFilter) -> str:
    """The filters of the log as JSON."""
    return json.dumps(asdict(chosen), default=lambda moment: moment.isoformat())


def read_filter(text: str) -> LogFilter:
    """What `write_filter` wrote."""
    said: dict[str, Any] = json.loads(text)
    asked: dict[str, Any] = {name: tuple(value) if isinstance(value, list) else value for name, value in said.items()}
    for name in _MOMENTS:
        asked[name] = datetime.fromisoformat(asked[name]) if asked[name] else None
    for name in _SPANS:
        asked[name] = tuple(datetime.fromisoformat(moment) for moment in asked[name]) if asked[name] else None
    return LogFilter(**asked)


def subject_of(account: Account, msisdn: str) -> str:
    """The keyed hash by which certificates name a phone number: the same number is the same hash in one account only.

    HMAC-SHA256 under a key of the installation: without it, trying all numbers finds none.
    """
    return hmac.digest(derive(f"erasure:{account.public_id}"), msisdn.encode(), "sha256").hex()
