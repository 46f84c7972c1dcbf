"""Meta's Cloud API."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import httpx

from providers import health
from providers.outcomes import Accepted, Answer, Outcome, Rejected, without_code
from providers.reading import items, mapping, text, whole
from providers.transport import ask, credential, send


@dataclass(frozen=True, slots=True)
class Meta:
    """Sends from one phone number. `base_url` is another in tests and for the sandbox."""

    phone_number_id: str
    token: str = field(repr=False)
    base_url: str = "https://graph.facebook.com"
    version: str = "v24.0"
    client: httpx.Client | None = field(default=None, repr=False)

    def send(self, message: Mapping[str, Any]) -> Outcome:
        """Send a message in the Cloud API's shape, once."""
        return self._post(message, understand)

    def mark_read(self, message: Mapping[str, Any]) -> Outcome:
        """Mark a message that came in as read; accepted has no id then."""
        return self._post(message, understand_mark)

    def health(self) -> health.HealthAnswer:
        """Ask whether the number, and what it hangs on, can send."""
        url = f"{self.base_url}/{self.version}/{self.phone_number_id}?fields=health_status"
        headers = {"Authorization": f"Bearer {credential(self.token)}"}
        return health.understand(ask(url, headers, client=self.client))

    def _post(self, message: Mapping[str, Any], understand: Callable[[Answer], Outcome]) -> Outcome:
        url = f"{self.base_url}/{self.version}/{self.phone_number_id}/messages"
        headers = {"Authorization": f"Bearer {credential(self.token)}"}
        return send(url, headers, message, understand, client=self.client)


def understand(answer: Answer) -> Outcome:
    """An answer of the Cloud API: a message id, or an error with a code."""
    data = answer.data or {}
    error = mapping(data.get("error"))
    code = whole(error.get("code"))
    if code is not None:
        details = text(mapping(error.get("error_data")).get("details"), 1024)
        return Rejected("meta", code, text(error.get("message"), 512), details, answer)
    message = next(iter(items(data.get("messages"))), {})
    wamid = text(message.get("id"), 512)
    if answer.is_success and wamid:
        return Accepted(wamid, text(message.get("message_status"), 64) or "accepted", answer)
    return without_code(answer, "meta", text(error.get("message"), 512))


def understand_mark(answer: Answer) -> Outcome:
    """An answer to marking a message as read."""
    if answer.is_success and (answer.data or {}).get("success") is True:
        return Accepted("", "read", answer)
    return understand(answer)
