"""A checked request to send a message."""

from dataclasses import asdict, dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

from messaging.log.enums import SourceCategory
from messaging.sending.senders import Sender
from providers.vocabulary import Shape


@dataclass(frozen=True, slots=True)
class Origin:
    """The source and recipient type that the client gave: see docs/gateway.md."""

    category: str = str(SourceCategory.API)
    name: str = ""
    recipient_type: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class SendSummary:
    """The attributes of a message for the log and receipts, stored as JSON with it. MSISDN: digits only."""

    msisdn: str = ""
    user_id: str = ""
    group_id: str = ""  # of a message to a group, which has no number and no user id
    content_type: str = ""
    template_name: str = ""
    template_language: str = ""
    parameter_names: dict[str, tuple[str, ...]] = field(default_factory=dict)  # by "header", "body": of a template
    category: str = ""  # that the client asks for: a text without a template is of this category
    client_message_id: str = ""
    client_batch_id: str = ""
    callback_url: str = ""
    scheduled: bool = False
    is_marketing: bool = False  # as far as the template's category is known
    reply_to: str = ""  # the provider's id of the message this one quotes
    origin: Origin = field(default_factory=Origin)

    def as_json(self) -> dict[str, Any]:
        """The attributes that are not empty."""
        return {name: value for name, value in asdict(self).items() if value}

    @classmethod
    def from_json(cls, stored: dict[str, Any]) -> "SendSummary":
        """The summary that `as_json` returned."""
        return cls(**{**stored, "origin": Origin(**stored.get("origin", {}))})


@dataclass(frozen=True, slots=True, kw_only=True)
class SendRequest:
    """One message to send. `sender` is None for a request refused for lack of one."""

    shape: Shape
    request: dict[str, Any]
    about: SendSummary
    sender: Sender | None
    due_at: datetime | None = None  # None: now
    expires_at: datetime | None = None
    batch_id: UUID | None = None
    umid: UUID = field(default_factory=uuid4)
