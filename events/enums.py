"""The words of events, as they are stored, sent over the API and shown."""

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class DeliveryState(TextChoices):
    """The state of the delivery of an event to one receiver."""

    PENDING = "pending", _("Waiting")
    DONE = "done", _("Done")
    FAILED = "failed", _("Failed")


class Format(TextChoices):
    """In whose envelope an event is posted."""

    EIGHT_X_EIGHT = "8x8", "8x8"
    TOLLGATE = "tollgate", "Standard Webhooks"
