"""The words of messaging, as they are stored, sent over the API and shown."""

from django.db.models import IntegerChoices, TextChoices


class Provider(TextChoices):
    """Whose API carries the messages of a number."""

    META = "meta", "Meta Cloud API"
    EIGHT_X_EIGHT = "8x8", "8x8"
    DIALOG_360 = "360dialog", "360dialog"
    SANDBOX = "sandbox", "Sandbox"


class Direction(TextChoices):
    """Outbound: from the business to a person. Inbound: from a person to the business."""

    OUTBOUND = "outbound", "Outbound"
    INBOUND = "inbound", "Inbound"


class Status(TextChoices):
    """What a message is shown as: the highest state that was seen. See `STATUS_ORDER`."""

    READ = "read", "Read"
    DELIVERED = "delivered", "Delivered"
    UNDELIVERED = "undelivered", "Undelivered"
    REJECTED = "rejected", "Rejected"
    EXPIRED = "expired", "Expired"
    SENT = "sent", "Sent"
    QUEUED = "queued", "Queued"
    RECEIVED = "received", "Received"
    UNKNOWN = "unknown", "Unknown"


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

    MARKETING = "marketing", "Marketing"
    MARKETING_LITE = "marketing_lite", "Marketing lite"
    UTILITY = "utility", "Utility"
    AUTHENTICATION = "authentication", "Authentication"
    AUTHENTICATION_INTERNATIONAL = "authentication-international", "Authentication international"
    SERVICE = "service", "Service"
    REFERRAL_CONVERSION = "referral_conversion", "Referral conversion"


class CategoryRank(IntegerChoices):
    """How well a message's category is known; the lowest number wins."""

    PROVEN = 0, "said with the proof of delivery"
    SAID = 1, "said by the provider before"
    ASSUMED = 2, "taken from the template"
    NONE = 9, "not known"


class InboxState(TextChoices):
    """Where a stored webhook stands."""

    PENDING = "pending", "Waiting"
    DONE = "done", "Done"
    PARKED = "parked", "Parked"
    QUARANTINED = "quarantined", "Quarantined"


class Subject(TextChoices):
    """What a provider's announcement is about."""

    TEMPLATE = "template", "Template"
    PHONE_NUMBER = "phone_number", "Phone number"
    WABA = "waba", "WABA"


class PayloadKind(TextChoices):
    """What a stored payload is."""

    CONTENT = "content", "Content"
    REQUEST = "request", "Request"
    RESPONSE = "response", "Response"


class SourceCategory(TextChoices):
    """What made a message."""

    CAMPAIGN = "campaign", "Campaign"
    TEMPLATE_BOT = "template_bot", "Template bot"
    API = "api", "API"


class TemplateStatus(TextChoices):
    """Meta's template states (message_template_status_update); other values are kept as they come."""

    APPROVED = "APPROVED", "Approved"
    PENDING = "PENDING", "Pending"
    REJECTED = "REJECTED", "Rejected"
    PAUSED = "PAUSED", "Paused"
    DISABLED = "DISABLED", "Disabled"


class CanSend(TextChoices):
    """Whether an app, business, WABA, number or template may send, as Meta's and 360dialog's health status says it."""

    AVAILABLE = "AVAILABLE", "Available"
    LIMITED = "LIMITED", "Limited"
    BLOCKED = "BLOCKED", "Blocked"


class Entity(TextChoices):
    """What a health status speaks of."""

    PHONE_NUMBER = "PHONE_NUMBER", "Phone number"
    TEMPLATE = "MESSAGE_TEMPLATE", "Template"
    WABA = "WABA", "WhatsApp Business Account"
    BUSINESS = "BUSINESS", "Business portfolio"
    APP = "APP", "Connection"


class Quality(TextChoices):
    """Quality of a template or number."""

    GREEN = "GREEN", "High"
    YELLOW = "YELLOW", "Medium"
    RED = "RED", "Low"
    UNKNOWN = "UNKNOWN", "Unknown"
