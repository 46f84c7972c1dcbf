"""What providers tell us, in our words. Parsers make these; messaging.log.lifecycle applies them."""

from dataclasses import dataclass
from dataclasses import field as field_
from datetime import datetime
from typing import Any

from providers.vocabulary import Direction, Subject


@dataclass(slots=True)  # not frozen: that would triple the time to make one, and a busy worker makes thousands a second
class MessageEvent:
    """One status of one message, or one message that came in (state `received`). Nobody changes one once it is made.

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


@dataclass(frozen=True, slots=True)
class ChangeEvent:
    """Something about a template, a phone number or a WABA that a provider announced.

    `field` is what changed (status, quality, category, messaging_limit …) and `new` the provider's word for what it is
    now; `old` only where the provider says it. `details` keeps the announcement as it came.
    """

    subject: Subject
    field: str
    new: str
    at: datetime | None  # None: the provider gave no time, so the time of receipt counts
    waba_id: str = ""
    template_id: str = ""
    template_name: str = ""
    template_language: str = ""
    template_category: str = ""
    number_id: str = ""
    msisdn: str = ""  # of the business phone number, digits only
    old: str = ""
    reason: str = ""
    details: dict[str, Any] = field_(default_factory=dict)


@dataclass(frozen=True, slots=True)
class ContactEvent:
    """Something about a person: they want no marketing messages any more, or got another user id or number."""

    field: str
    new: str
    at: datetime | None
    waba_id: str = ""
    number_id: str = ""
    msisdn: str = ""
    user_id: str = ""
    details: dict[str, Any] = field_(default_factory=dict)


Event = MessageEvent | ChangeEvent | ContactEvent


@dataclass(slots=True)
class Parsed:
    """What a body held: events to apply, and for each part that could not be used a problem in words."""

    events: list[Event] = field_(default_factory=list)
    problems: list[str] = field_(default_factory=list)
