"""The words of messaging, as they are stored, sent over the API and shown."""

from django.db.models import IntegerChoices, TextChoices
from django.utils.translation import gettext_lazy as _


class Provider(TextChoices):
    """Whose API carries the messages of a number."""

    META = "meta", "Meta Cloud API"
    EIGHT_X_EIGHT = "8x8", "8x8"
    DIALOG_360 = "360dialog", "360dialog"
    SANDBOX = "sandbox", "Sandbox"


class Direction(TextChoices):
    """Outbound: from the business to a person. Inbound: from a person to the business."""

    OUTBOUND = "outbound", _("Outbound")
    INBOUND = "inbound", _("Inbound")


class Status(TextChoices):
    """What a message is shown as: the highest state that was seen. See `STATUS_ORDER`."""

    READ = "read", _("Read")
    DELIVERED = "delivered", _("Delivered")
    UNDELIVERED = "undelivered", _("Undelivered")
    REJECTED = "rejected", _("Rejected")
    EXPIRED = "expired", _("Expired")
    SENT = "sent", _("Sent")
    QUEUED = "queued", _("Queued")
    RECEIVED = "received", _("Received")
    UNKNOWN = "unknown", _("Unknown")


ARRIVED = (Status.DELIVERED, Status.READ)
LOST = (Status.UNDELIVERED, Status.REJECTED, Status.EXPIRED)
ON_THE_WAY = (Status.SENT, Status.QUEUED)

# Each state's own time decides the status; the first of these that has a time wins. Delivered beats failed whatever
# came first (several devices, Meta support page); read proves delivery even when `delivered` never comes.
STATUS_ORDER: tuple[tuple[str, Status], ...] = (
    ("received_at", Status.RECEIVED),
    ("read_at", Status.READ),
    ("delivered_at", Status.DELIVERED),
    ("failed_at", Status.UNDELIVERED),
    ("rejected_at", Status.REJECTED),
    ("expired_at", Status.EXPIRED),
    ("sent_at", Status.SENT),
    ("queued_at", Status.QUEUED),
)


class Category(TextChoices):
    """Pricing category of a message, spelled as Meta's webhooks spell it (status reference, 2026-05-21)."""

    MARKETING = "marketing", _("Marketing")
    MARKETING_LITE = "marketing_lite", _("Marketing lite")
    UTILITY = "utility", _("Utility")
    AUTHENTICATION = "authentication", _("Authentication")
    AUTHENTICATION_INTERNATIONAL = "authentication-international", _("Authentication international")
    SERVICE = "service", _("Service")
    REFERRAL_CONVERSION = "referral_conversion", _("Referral conversion")


class CategoryRank(IntegerChoices):
    """How well a message's category is known; the lowest number wins."""

    PROVEN = 0, _("said with the proof of delivery")
    SAID = 1, _("said by the provider before")
    ASSUMED = 2, _("taken from the template")
    NONE = 9, _("not known")


class Shape(TextChoices):
    """In which API's form a message was handed to us."""

    EIGHT_X_EIGHT = "8x8", "8x8"
    GRAPH = "graph", "Cloud API"
    DIALOG_360 = "360dialog", "360dialog"


class SubmissionState(TextChoices):
    """Where a message that we were asked to send stands."""

    QUEUED = "queued", _("Waiting")
    SENDING = "sending", _("Being sent")
    ANSWERED = "answered", _("Answered")
    UNCERTAIN = "uncertain", _("Uncertain")


class ReceiptState(TextChoices):
    """Where a receipt that a client wants posted stands."""

    PENDING = "pending", _("Waiting")
    DONE = "done", _("Done")
    FAILED = "failed", _("Given up")


class HookKind(TextChoices):
    """What a webhook of ours tells, in 8x8's letters."""

    CADR = "CADR", _("Receipts")
    MSG = "MSG", _("Inbound messages")


class InboxState(TextChoices):
    """Where a stored webhook stands."""

    PENDING = "pending", _("Waiting")
    DONE = "done", _("Done")
    PARKED = "parked", _("Parked")
    QUARANTINED = "quarantined", _("Quarantined")


class Subject(TextChoices):
    """What a provider's announcement is about."""

    TEMPLATE = "template", _("Template")
    PHONE_NUMBER = "phone_number", _("Phone number")
    WABA = "waba", "WABA"


class PayloadKind(TextChoices):
    """What a stored payload is."""

    CONTENT = "content", _("Content")
    REQUEST = "request", _("Request")
    RESPONSE = "response", _("Response")


class SourceCategory(TextChoices):
    """What made a message."""

    CAMPAIGN = "campaign", _("Campaign")
    TEMPLATE_BOT = "template_bot", _("Template bot")
    API = "api", "API"


class TemplateStatus(TextChoices):
    """Meta's template states (message_template_status_update); other values are kept as they come."""

    APPROVED = "APPROVED", _("Approved")
    PENDING = "PENDING", _("Pending")
    REJECTED = "REJECTED", _("Rejected")
    PAUSED = "PAUSED", _("Paused")
    DISABLED = "DISABLED", _("Disabled")


class CanSend(TextChoices):
    """Whether an app, business, WABA, number or template may send, as Meta's and 360dialog's health status says it."""

    AVAILABLE = "AVAILABLE", _("Available")
    LIMITED = "LIMITED", _("Limited")
    BLOCKED = "BLOCKED", _("Blocked")


class Entity(TextChoices):
    """What a health status speaks of."""

    PHONE_NUMBER = "PHONE_NUMBER", _("Phone number")
    TEMPLATE = "MESSAGE_TEMPLATE", _("Template")
    WABA = "WABA", _("WhatsApp Business Account")
    BUSINESS = "BUSINESS", _("Business portfolio")
    APP = "APP", _("Connection")


class Quality(TextChoices):
    """Quality of a template or number."""

    GREEN = "GREEN", _("High")
    YELLOW = "YELLOW", _("Medium")
    RED = "RED", _("Low")
    UNKNOWN = "UNKNOWN", _("Unknown")
