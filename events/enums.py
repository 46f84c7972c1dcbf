"""The words of events, as they are stored, sent over the API and shown."""

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class ReceiptState(TextChoices):
    """Where a receipt that a client wants posted stands."""

    PENDING = "pending", _("Waiting")
    DONE = "done", _("Done")
    FAILED = "failed", _("Given up")


class HookKind(TextChoices):
    """What a webhook of ours tells, in 8x8's letters."""

    CADR = "CADR", _("Receipts")
    MSG = "MSG", _("Inbound messages")
