"""The vocabulary of messages, as it is stored, sent over the API and shown."""

from django.db.models import IntegerChoices, TextChoices
from django.utils.translation import gettext_lazy as _


class Status(TextChoices):
    """The displayed status of a message: the highest state it reached. See `STATUS_ORDER`."""

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


class CategoryRank(IntegerChoices):
    """How well a message's category is known; the lowest number wins."""

    PROVEN = 0, _("reported with the proof of delivery")
    REPORTED = 1, _("reported earlier by the provider")
    ASSUMED = 2, _("taken from the template")
    NONE = 9, _("unknown")


class SubmissionState(TextChoices):
    """The state of a submission."""

    QUEUED = "queued", _("Waiting")
    SENDING = "sending", _("Being sent")
    ANSWERED = "answered", _("Answered")
    UNCERTAIN = "uncertain", _("Uncertain")


class PayloadKind(TextChoices):
    """The type of a stored payload."""

    CONTENT = "content", _("Content")
    EDIT = "edit", _("Edit")
    REQUEST = "request", _("Request")
    RESPONSE = "response", _("Response")


class SourceCategory(TextChoices):
    """The type of the source of a message."""

    CAMPAIGN = "campaign", _("Campaign")
    TEMPLATE_BOT = "template_bot", _("Template bot")
    API = "api", "API"
