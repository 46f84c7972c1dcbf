"""The enumerations of events: the stored values and their labels."""

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class DeliveryState(TextChoices):
    """The state of the delivery of an event to one receiver."""

    PENDING = "pending", _("Waiting")
    DONE = "done", _("Done")
    FAILED = "failed", _("Failed")


class Format(TextChoices):
    """The format of the body of a post."""

    EIGHT_X_EIGHT = "8x8", "8x8"
    TOLLGATE = "tollgate", "Standard Webhooks"
