"""The vocabulary of calls, as it is stored, sent over the API and shown."""

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class CallStatus(TextChoices):
    """The displayed status of a call."""

    COMPLETED = "completed", _("Completed")
    REJECTED = "rejected", _("Rejected")
    FAILED = "failed", _("Failed")
    UNANSWERED = "unanswered", _("Not answered")
    ACCEPTED = "accepted", _("Accepted")
    RINGING = "ringing", _("Ringing")
    CONNECTING = "connecting", _("Connecting")
    UNKNOWN = "unknown", _("Unknown")
