"""What providers tell us, in our words. Parsers make these; lifecycle.py applies them."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from messaging.enums import Direction


class Unparsable(ValueError):
    """The body cannot be understood at all; the message says why, for the person who looks at the quarantine."""


@dataclass(frozen=True, slots=True)
class MessageEvent:
    """One status of one message, or one message that came in (state `received`).

    `state` is one of queued, sent, delivered, read, failed, rejected, received, or the provider's own word when it is
    none of these: such an event is kept in the message's history and changes nothing else.
    """

    provider_message_id: str
    state: str
    at: datetime
    direction: Direction = Direction.OUTBOUND
    number_id: str = ""  # the provider's id of the business phone number
    subaccount_code: str = ""  # 8x8 names the subaccount instead
    msisdn: str = ""  # digits only
    user_id: str = ""
    content_type: str = ""
    category: str = ""
    pricing_type: str = ""
    template_name: str = ""
    template_language: str = ""
    client_message_id: str = ""
    detail: str = ""
    error_source: str = ""
    error_code: int | None = None
    error_title: str = ""
    provider_error_code: int | None = None  # Meta's code behind an 8x8 code
    content: dict[str, Any] | None = None


@dataclass(slots=True)
class Parsed:
    """What a body held: events to apply, and for each part that could not be used a problem in words."""

    events: list[MessageEvent] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)
