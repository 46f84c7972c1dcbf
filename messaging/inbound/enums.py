"""The enumerations of stored webhooks: the stored values and their labels."""

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class InboxState(TextChoices):
    """The state of a stored webhook."""

    PENDING = "pending", _("Waiting")
    DONE = "done", _("Done")
    PARKED = "parked", _("Parked")
    QUARANTINED = "quarantined", _("Quarantined")


HELD_STATES = (InboxState.QUARANTINED, InboxState.PARKED)


class ReasonKind(TextChoices):
    """Why a part of a webhook is not applied; `note`: it is applied, or changes nothing, and has a remark."""

    UNREGISTERED = "unregistered", _("Number, WABA or subaccount is not registered")
    AMBIGUOUS = "ambiguous", _("Several accounts have registered the number")
    UNREADABLE = "unreadable", _("Body is not readable")
    UNKNOWN = "unknown", _("Event or field is not understood yet")
    PART = "part", _("Part is not usable")
    REPORTED = "reported", _("Provider reports an error")
    FAILED = "failed", _("Processing failed")
    NOTE = "note", _("Note")
