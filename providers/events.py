"""The content of webhooks, the same for all providers. Parsers create these; `messaging.log.lifecycle` applies them."""

from dataclasses import dataclass
from dataclasses import field as field_
from datetime import datetime
from decimal import Decimal
from typing import Any, NamedTuple

from providers.vocabulary import Direction, Subject

EDITED, REVOKED = "edited", "revoked"
EDIT_STATES = (EDITED, REVOKED)
"""States of an event by which an earlier message was corrected or deleted: they are no message and count nothing."""


MAX_NAME = 512  # characters of a profile name
NAMES = ("profile_name", "username")  # of the sender, kept with the content of an inbound message


class Person(NamedTuple):
    """Identities and names of a person; empty where unknown. Its fields are those of events."""

    msisdn: str = ""
    user_id: str = ""
    parent_user_id: str = ""
    username: str = ""
    profile_name: str = ""

    @property
    def names(self) -> dict[str, str]:
        """The names that are known, by field."""
        return {name: value for name in NAMES if (value := getattr(self, name))}


# Not frozen: creating one would take three times as long, and a busy worker creates thousands per second.
@dataclass(slots=True)
class MessageEvent:
    """A status of a message, or an inbound message (state `received`). Treat it as immutable.

    `state` is queued, sent, delivered, read, failed, rejected or received, or else the provider's own word: such an
    event is stored in the message's history and changes nothing else. So is a state of `EDIT_STATES`, whose
    `provider_message_id` is the original's, and `content` the corrected one.
    """

    provider_message_id: str
    state: str
    at: datetime
    direction: Direction = Direction.OUTBOUND
    number_id: str = ""  # the provider's id of the business phone number
    subaccount_code: str = ""  # 8x8 gives this instead of the number
    msisdn: str = ""  # digits only
    user_id: str = ""
    parent_user_id: str = ""
    username: str = ""  # without @
    profile_name: str = ""
    group_id: str = ""  # of an outbound message, MSISDN and user id are those of one participant
    content_type: str = ""
    category: str = ""
    pricing_type: str = ""
    template_category: str = ""  # of the template, where the provider names it beside the price's category
    template_id: str = ""  # the provider's; statuses of messages sent without a template have no name
    template_name: str = ""
    template_language: str = ""
    client_message_id: str = ""
    detail: str = ""
    error_source: str = ""
    error_code: int | None = None
    error_title: str = ""
    provider_error_code: int | None = None  # Meta's code, with an 8x8 code
    content: dict[str, Any] | None = None
    edit_id: str = ""  # the provider's id of the edit or deletion itself


@dataclass(frozen=True, slots=True)
class ChangeEvent:
    """A change of a template, a phone number or a WABA.

    `field` is the changed attribute (status, quality, category, messaging_limit …), `new` its value in the provider's
    words, and `old` the earlier one if the provider names it. `details` is the announcement as received.
    """

    subject: Subject
    field: str
    new: str
    at: datetime | None  # None: the provider gave no time; use the time of receipt
    waba_id: str = ""
    template_id: str = ""
    template_name: str = ""
    template_language: str = ""
    template_category: str = ""
    template_source: str = ""  # AUTO_GENERATED: Meta made it for a message that was sent without a template
    number_id: str = ""
    msisdn: str = ""  # of the business phone number, digits only
    old: str = ""
    reason: str = ""
    components: list[dict[str, Any]] | None = None  # of a template, in Meta's form; without a media header
    details: dict[str, Any] = field_(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Identities:
    """The identities of a person before a change; empty where the provider names none."""

    msisdn: str = ""
    user_id: str = ""
    parent_user_id: str = ""


@dataclass(frozen=True, slots=True)
class ContactEvent:
    """A change of a person: a marketing preference, a new user id, a new number or a new name.

    The identities are the present ones. `previous` has those that they replace.
    """

    field: str
    new: str
    at: datetime | None
    waba_id: str = ""
    number_id: str = ""
    msisdn: str = ""
    user_id: str = ""
    details: dict[str, Any] = field_(default_factory=dict)
    parent_user_id: str = ""
    username: str = ""
    profile_name: str = ""
    previous: Identities | None = None
    provider_message_id: str = ""  # of the message that announces it, if one does


@dataclass(slots=True)
class CallEvent:
    """An event of a call. Treat it as immutable.

    `state` is connecting, ringing, accepted, rejected, completed, failed or ended, or else the provider's own word:
    such an event adds only who called whom.
    """

    call_id: str
    state: str
    at: datetime
    direction: Direction | None = None  # None: the provider names none
    number_id: str = ""
    subaccount_code: str = ""
    msisdn: str = ""
    user_id: str = ""
    started_at: datetime | None = None  # when somebody picked up
    ended_at: datetime | None = None
    seconds: int | None = None  # of talking; None: not known, or nobody picked up
    client_call_id: str = ""
    error_source: str = ""
    error_code: int | None = None
    error_title: str = ""


@dataclass(slots=True)
class LegEvent:
    """An event of a message on another channel than WhatsApp, such as the SMS of a fallback. Treat it as immutable.

    `message` describes it as if it were a message of WhatsApp: id, state, time, person, subaccount, error, content.
    """

    channel: str  # lower case: sms, viber, rcs …
    message: MessageEvent
    business_address: str = ""  # the sender of an SMS, or the virtual number that received it
    price: Decimal | None = None  # as the provider states it; None: it states none
    currency: str = ""
    segments: int | None = None  # of an SMS


Event = MessageEvent | ChangeEvent | ContactEvent | CallEvent | LegEvent


@dataclass(slots=True)
class Parsed:
    """The content of a body: events to apply, and a sentence for each part that cannot be used.

    `unknown` are sentences about kinds of events that no parser understands yet, `errors` about errors that the
    provider reports of itself, `notes` about parts that were used in another form than they came in, or change nothing.
    """

    events: list[Event] = field_(default_factory=list)
    problems: list[str] = field_(default_factory=list)
    unknown: list[str] = field_(default_factory=list)
    errors: list[str] = field_(default_factory=list)
    notes: list[str] = field_(default_factory=list)
