"""Webhooks that clients want posted: to a message's own address (8x8's dlrCallbackUrl) or a configured one."""

import uuid

from django.db import models
from django.db.models import Q
from django.utils import timezone

from core.tenancy import LOOSE, TenantModel
from events.enums import ReceiptState


class Callback(TenantModel):
    """Where one message is told, and the client's own ids that stand in its receipts.

    A configured webhook is looked up when it is posted to, so that a change holds for what waits, too.
    """

    account = models.ForeignKey("accounts.Account", **LOOSE)
    message_id = models.BigIntegerField()
    configured = models.BooleanField(default=False, help_text="To the account's webhook: no address of its own.")
    umid = models.UUIDField(default=uuid.uuid4)
    url = models.URLField(max_length=2048, blank=True)
    batch_id = models.UUIDField(null=True)
    client_batch_id = models.CharField(max_length=100, blank=True)
    created_at = models.DateTimeField(default=timezone.now, db_index=True)

    class Meta:
        constraints = (models.UniqueConstraint(fields=["message_id", "configured"], name="events_callback_once"),)

    def __str__(self) -> str:
        return str(self.umid)


class Receipt(TenantModel):
    """One status to tell. Its place in the message's history makes it unique, so that nothing is told twice."""

    account = models.ForeignKey("accounts.Account", **LOOSE)
    callback = models.ForeignKey(Callback, on_delete=models.CASCADE, related_name="receipts")
    at = models.DateTimeField()
    word = models.CharField(max_length=24, help_text="The state of the message, in our words.")
    detail = models.CharField(max_length=64, blank=True)
    error_code = models.IntegerField(default=0)
    error_title = models.CharField(max_length=255, blank=True)
    state = models.CharField(max_length=8, choices=ReceiptState, default=ReceiptState.PENDING)
    due_at = models.DateTimeField(default=timezone.now)
    attempts = models.SmallIntegerField(default=0)
    answer = models.CharField(max_length=64, blank=True, help_text="What the last attempt came to: 503, ConnectError.")

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=["callback", "at", "word", "detail", "error_code"], name="events_receipt_once"
            ),
        )
        indexes = (
            models.Index(fields=["due_at", "id"], condition=Q(state="pending"), name="events_receipt_due"),
            models.Index(
                fields=["account", "id"], condition=Q(state__in=["pending", "failed"]), name="events_receipt_open"
            ),
        )

    def __str__(self) -> str:
        return f"{self.word} of {self.callback_id}"
