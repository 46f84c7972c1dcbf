"""The enumerations of stored webhooks: the stored values and their labels."""

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class InboxState(TextChoices):
    """The state of a stored webhook."""

    PENDING = "pending", _("Waiting")
    DONE = "done", _("Done")
    PARKED = "parked", _("Parked")
    QUARANTINED = "quarantined", _("Quarantined")
