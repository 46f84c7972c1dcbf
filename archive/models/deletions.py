"""Deletions as background jobs."""

import uuid

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils import timezone

from archive.enums import DeletionKind, DeletionState
from core.secrets import seal, unseal
from core.tenancy import TenantModel


class Deletion(TenantModel):
    """A confirmed deletion. The transaction of each batch saves `step`, `place` and `removed`, where the next worker
    continues if this one is killed.

    Its subject is encrypted while it runs and erased when it ends; only a keyed hash of a phone number stays.
    """

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    kind = models.CharField(max_length=12, choices=DeletionKind)
    state = models.CharField(max_length=12, choices=DeletionState, default=DeletionState.WAITING)
    actor = models.CharField(max_length=255, help_text="Who requested it, as named in the audit log.")
    address = models.GenericIPAddressField(null=True, help_text="The IP address of the request.")
    reason = models.CharField(max_length=255, blank=True)
    subaccount_ids = ArrayField(models.BigIntegerField(), null=True, help_text="Empty: the whole account.")
    about_sealed = models.TextField(blank=True, editable=False)
    subject = models.CharField(max_length=64, blank=True, help_text="HMAC-SHA256 of the phone number.")
    confirmed_at = models.DateTimeField(default=timezone.now, editable=False)
    upto = models.BigIntegerField(help_text="Messages with a greater id are newer and stay.")
    expected = models.BigIntegerField(null=True, help_text="Number of matching messages, up to the counting limit.")
    step = models.CharField(max_length=12, blank=True)
    place = models.CharField(max_length=64, blank=True, help_text="Where the step continues.")
    removed = models.JSONField(default=dict, help_text="Deleted rows by kind.")
    stop_asked = models.BooleanField(default=False)
    started_at = models.DateTimeField(null=True)
    worked_at = models.DateTimeField(null=True)
    finished_at = models.DateTimeField(null=True)
    problem = models.TextField(blank=True)
    certificate = models.JSONField(null=True)
    sha256 = models.CharField(max_length=64, blank=True, help_text="SHA-256 of the certificate.")

    class Meta:
        ordering = ("-confirmed_at", "-id")
        indexes = (
            models.Index(fields=["account", "-confirmed_at", "-id"], name="archive_deletion_recent"),
            models.Index(fields=["worked_at"], condition=models.Q(finished_at=None), name="archive_deletion_work"),
        )

    def __str__(self) -> str:
        return str(self.public_id)

    @property
    def is_active(self) -> bool:
        """Whether it is unfinished."""
        return self.finished_at is None

    @property
    def messages(self) -> int:
        """The number of messages deleted so far."""
        return int(self.removed.get("messages", 0))

    @property
    def percent(self) -> int | None:
        """The progress in percent of the expected messages; None if their number is unknown."""
        if not self.is_active:
            return 100
        return min(99, self.messages * 100 // self.expected) if self.expected else None

    @property
    def about(self) -> str:
        """The subject as JSON; empty once the deletion is finished."""
        return unseal(self.about_sealed, owner=f"account:{self.account_id}")

    @about.setter
    def about(self, text: str) -> None:
        self.about_sealed = seal(text, owner=f"account:{self.account_id}")
