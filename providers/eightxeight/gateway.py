"""8x8's Chat Apps API."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import httpx

from providers.outcomes import Accepted, Answer, Outcome, Rejected, without_code
from providers.reading import mapping, text, whole
from providers.transport import credential, send

SOURCE = "8x8-sync"


@dataclass(frozen=True, slots=True)
class EightXEight:
    """Sends from a subaccount. 8x8 has a `base_url` for each of its regions."""

    subaccount_id: str
    api_key: str = field(repr=False)
    base_url: str = "https://chatapps.8x8.com"
    client: httpx.Client | None = field(default=None, repr=False)

    def send(self, message: Mapping[str, Any]) -> Outcome:
        """Send a message in 8x8's shape, once."""
        url = f"{self.base_url}/api/v1/subaccounts/{self.subaccount_id}/messages"
        headers = {"Authorization": f"Bearer {credential(self.api_key)}"}
        return send(url, headers, message, understand, client=self.client)


def understand(answer: Answer) -> Outcome:
    """An answer of 8x8's: a UMID and a status, which may be `rejected`, or the envelope `{code, message, errorId}`."""
    data = answer.data or {}
    status, umid = mapping(data.get("status")), text(data.get("umid"), 64)
    state = text(status.get("state"), 32).lower()
    if answer.is_success and state == "rejected":
        return Rejected(SOURCE, whole(status.get("errorCode")), text(status.get("errorMessage"), 512), "", answer)
    if answer.is_success and umid:
        return Accepted(umid, state or "queued", answer)
    code = whole(data.get("code"))
    if code is None:
        return without_code(answer, SOURCE, text(data.get("message"), 512))
    reference = text(data.get("errorId"), 64)
    details = f"8x8's errorId is {reference}." if reference else ""
    return Rejected(SOURCE, code, text(data.get("message"), 512), details, answer)
