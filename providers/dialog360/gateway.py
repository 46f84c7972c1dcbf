"""360dialog: the Cloud API's bodies under another address, with a key of each number instead of its id."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import httpx

from providers import health
from providers.meta import gateway
from providers.outcomes import Answer, Outcome, Rejected
from providers.reading import mapping, text
from providers.transport import ask, credential, send


@dataclass(frozen=True, slots=True)
class Dialog360:
    """Sends from the phone number that the key belongs to."""

    api_key: str = field(repr=False)
    base_url: str = "https://waba-v2.360dialog.io"
    client: httpx.Client | None = field(default=None, repr=False)

    def send(self, message: Mapping[str, Any]) -> Outcome:
        """Send a message in the Cloud API's shape, once."""
        return self._post(message, understand)

    def mark_read(self, message: Mapping[str, Any]) -> Outcome:
        """Mark a message that came in as read; accepted has no id then."""
        return self._post(message, gateway.understand_mark)

    def health(self) -> health.HealthAnswer:
        """Ask whether the key's number, and what it hangs on, can send."""
        headers = {"D360-API-KEY": credential(self.api_key)}
        return health.understand(ask(f"{self.base_url}/health_status", headers, client=self.client))

    def _post(self, message: Mapping[str, Any], understand: Callable[[Answer], Outcome]) -> Outcome:
        headers = {"D360-API-KEY": credential(self.api_key)}
        return send(f"{self.base_url}/messages", headers, message, understand, client=self.client)


def understand(answer: Answer) -> Outcome:
    """Meta's answers, and 360dialog's own refusals, which have no code: `{"meta": {"developerMessage", …}}`."""
    own = mapping((answer.data or {}).get("meta"))
    if own and answer.http_status >= 400:
        return Rejected("360dialog", None, text(own.get("developerMessage"), 512), "", answer)
    return gateway.understand(answer)
